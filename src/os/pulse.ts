/**
 * A beat every few milliseconds, while there is something to do at it: what need not happen at once happens then,
 * together.
 *
 * A timer of Node's would not do. It makes the loop arm a timer of the kernel before each wait and disarm it after,
 * which on a virtual machine costs more than the work that is put off. This one is armed when the first job comes, and
 * disarmed when a beat finds none.
 */
import { asDescriptor, closeDescriptor, type Descriptor } from './descriptor.ts';
import { native } from './native.ts';
import { type Watch, watchReadable } from './watch.ts';

export class Pulse {
  readonly #milliseconds: number;
  readonly #timer: Descriptor;
  readonly #watch: Watch;
  #jobs: (() => void)[] = [];
  #beating = false;

  /** @throws SystemError for want of descriptors or memory */
  constructor(milliseconds = 8) {
    this.#milliseconds = milliseconds;
    this.#timer = asDescriptor(native.openTimer());
    this.#watch = watchReadable(this.#timer, () => this.#beat());
  }

  /** Does the job once, at the next beat. A job that waits keeps the process alive. */
  next(job: () => void): void {
    this.#jobs.push(job);
    if (this.#beating) return;
    this.#beating = true;
    native.setTimer(this.#timer, this.#milliseconds);
    this.#watch.start();
  }

  /** Final; jobs that wait are forgotten. */
  close(): void {
    this.#jobs = [];
    this.#watch.close();
    closeDescriptor(this.#timer);
  }

  #beat(): void {
    native.clearTimer(this.#timer);
    const jobs = this.#jobs;
    if (jobs.length === 0) {
      this.#beating = false;
      native.setTimer(this.#timer, 0);
      this.#watch.stop();
      return;
    }
    this.#jobs = [];
    for (const job of jobs) job();
  }
}
