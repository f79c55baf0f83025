/**
 * Listeners of one service that rest because there were no descriptors for their clients: these queue in the kernel for
 * a second, or until a server has ended.
 */
import type { Listener } from '../listener/mod.ts';
import type { Clock, DaemonLog } from '../log/mod.ts';
import type { Farewells } from './farewells.ts';
import type { Ports } from './ports.ts';
import { isRecent } from './repeated-trouble.ts';

const descriptorRetrySeconds = 1;

interface Surroundings {
  readonly clock: Clock;
  readonly log: DaemonLog;
  readonly farewells: Farewells;
}

export class Starvation {
  readonly #ports: Ports;
  readonly #shared: Surroundings;
  readonly #resting = new Set<Listener>();
  /** When that was last said, in milliseconds. */
  #saidAt: number | undefined;

  constructor(ports: Ports, shared: Surroundings) {
    this.#ports = ports;
    this.#shared = shared;
  }

  /**
   * @param id of the service
   * @param code why accept(2) failed
   */
  rest(listener: Listener, id: string, code: string): void {
    const { clock, log, farewells } = this.#shared;
    farewells.hurry();
    this.#resting.add(listener);
    this.#ports.holdFor(listener, descriptorRetrySeconds, () => this.#resting.delete(listener));
    const time = clock();
    if (this.#saidAt !== undefined && isRecent(this.#saidAt, time)) return;
    this.#saidAt = time;
    log.write('ERROR', `service ${id}, accept: ${code}; accepting pauses until it is possible again`);
  }

  /** A server has ended, and with it some descriptors. */
  relieve(): void {
    for (const listener of this.#resting) this.#ports.resume(listener);
  }
}
