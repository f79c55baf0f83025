/**
 * Sockets of clients that were turned away with a banner. Such a client may have sent something, which nobody reads:
 * closing the socket would then reset the connection and throw away what is on its way to the client. So the end is
 * sent first, and the socket is closed a moment later. How many wait is bounded; the oldest goes first.
 */
import { closeDescriptor, type Descriptor, endSending } from '../os/mod.ts';

/** How long a client has to take its banner, and how many may be at it. */
const patienceMilliseconds = 2000;
export const mostFarewells = 128;

export class Farewells {
  readonly #leaving = new Set<Descriptor>();
  /** Those that were there when the timer was last set: they have had their time when it is over. */
  #older: readonly Descriptor[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** How many are waited for. */
  get size(): number {
    return this.#leaving.size;
  }

  /** Ends the connection when the client has had time to take what was sent; the descriptor is closed here. */
  add(descriptor: Descriptor): void {
    endSending(descriptor);
    const [oldest] = this.#leaving;
    if (oldest !== undefined && this.#leaving.size >= mostFarewells) this.#close(oldest);
    this.#leaving.add(descriptor);
    if (this.#timer === undefined) this.#wait();
  }

  /** Closes all of them now: somebody else needs the descriptors. */
  hurry(): void {
    for (const descriptor of this.#leaving) this.#close(descriptor);
  }

  #wait(): void {
    this.#older = [...this.#leaving];
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      for (const descriptor of this.#older) this.#close(descriptor);
      this.#older = [];
      if (this.#leaving.size > 0) this.#wait();
    }, patienceMilliseconds);
    // A daemon that ends does not wait; its end closes them.
    this.#timer.unref();
  }

  #close(descriptor: Descriptor): void {
    if (this.#leaving.delete(descriptor)) closeDescriptor(descriptor);
  }
}
