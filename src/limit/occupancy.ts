/**
 * How many servers of one service are running, in all and for each client address: what `instances` and
 * `per_source` are compared with. Constant time a connection, and memory for the addresses that have a server
 * now, no others.
 */
import type { ServiceLimits } from '../model/mod.ts';

export class Occupancy {
  #running = 0;
  #waiting = 0;
  readonly #bySource = new Map<string, number>();

  get running(): number {
    return this.#running;
  }

  /** Servers running for one address. */
  runningOf(source: string): number {
    return this.#bySource.get(source) ?? 0;
  }

  /** Those of them whose client is known, as they are counted for each. */
  get runningOfSources(): number {
    let sum = -this.#waiting;
    for (const count of this.#bySource.values()) sum += count;
    return sum;
  }

  /** Whether one more server may run, whoever it is for. */
  hasRoom({ instances }: Pick<ServiceLimits, 'instances'>): boolean {
    return instances === undefined || this.#running < instances;
  }

  /**
   * Whether one more server may run for a client.
   * @param source the client's address; undefined where it is not known (a `wait` stream), which `per_source`
   *   does not apply to, as in xinetd
   */
  hasRoomFor({ perSource }: Pick<ServiceLimits, 'perSource'>, source: string | undefined): boolean {
    return perSource === undefined || source === undefined || (this.#bySource.get(source) ?? 0) < perSource;
  }

  /** A client waits for a server, and counts among those of his address. */
  reserve(source: string): void {
    this.#waiting++;
    this.#add(source);
  }

  /** A client waits no longer. */
  release(source: string): void {
    this.#waiting--;
    this.#remove(source);
  }

  /** A server has been started for this client. */
  enter(source: string | undefined): void {
    this.#running++;
    if (source !== undefined) this.#add(source);
  }

  /** A server that was started for this client has ended. */
  leave(source: string | undefined): void {
    this.#running--;
    if (source !== undefined) this.#remove(source);
  }

  #add(source: string): void {
    this.#bySource.set(source, (this.#bySource.get(source) ?? 0) + 1);
  }

  #remove(source: string): void {
    const left = (this.#bySource.get(source) ?? 0) - 1;
    if (left > 0) this.#bySource.set(source, left);
    else this.#bySource.delete(source);
  }
}
