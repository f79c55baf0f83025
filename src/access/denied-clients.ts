/**
 * Clients that have touched a service with the flag SENSOR: every service refuses them until their time is over. Kept
 * by address, at most so many, since whoever can send from many addresses can fill the list; the one that was put in
 * first is forgotten first. Times are looked at when somebody asks; no clock ticks for them.
 */

/** About 10 MB. xinetd's list ends at 10 240, and takes in nobody after that. */
const mostDenied = 100_000;

export class DeniedClients {
  /** When their time is over, in milliseconds; `Infinity` is never. */
  readonly #until = new Map<string, number>();
  readonly #most: number;

  constructor(most: number = mostDenied) {
    this.#most = most;
  }

  get size(): number {
    return this.#until.size;
  }

  /** A client that is denied already gets the new time, as if it had come for the first time. */
  add(address: string, minutes: number | 'FOREVER', now: number): void {
    this.#until.delete(address);
    this.#until.set(address, minutes === 'FOREVER' ? Number.POSITIVE_INFINITY : now + minutes * 60_000);
    for (const oldest of this.#until.keys()) {
      if (this.#until.size <= this.#most) break;
      this.#until.delete(oldest);
    }
  }

  has(address: string, now: number): boolean {
    if (this.#until.size === 0) return false;
    const until = this.#until.get(address);
    if (until === undefined) return false;
    if (now < until) return true;
    this.#until.delete(address);
    return false;
  }
}
