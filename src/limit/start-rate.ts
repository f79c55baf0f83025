/**
 * An inetd's `.max` and `-R`: at most so many servers started in a minute. Without it a `wait` server that ends
 * without reading its datagram would be started again for ever.
 *
 * The window is the inetds' (it begins with the first start and lasts sixty seconds). They then close the port
 * for ten minutes; here the caller learns how long until there is room again.
 */

const windowSeconds = 60;

export class StartRate {
  readonly #most: number;
  #start = 0;
  #count = 0;

  /** @param most starts a minute; at least 1 */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Counts one start, if there is room for it.
   * @param now seconds; a clock that is set back begins a new window
   * @returns 0 when it may go ahead, else the seconds until the minute has room (more than 0, at most 60)
   */
  admit(now: number): number {
    const elapsed = now - this.#start;
    if (this.#count === 0 || elapsed >= windowSeconds || elapsed < 0) {
      this.#start = now;
      this.#count = 1;
      return 0;
    }
    if (this.#count >= this.#most) return windowSeconds - elapsed;
    this.#count++;
    return 0;
  }
}
