/**
 * xinetd's `cps = N W`: more than N connections a second close the port for W seconds.
 *
 * The arithmetic is xinetd's own, as observed (integer seconds; N is also the number of seconds over which an
 * average is taken, so that `50 10` forgives a burst after a quiet minute). What xinetd gets wrong around it,
 * losing the count of running servers when the port comes back, is not repeated: this knows nothing of servers.
 */

export class CpsWindow {
  readonly #most: number;
  #start = 0;
  #count = 0;

  /** @param most connections a second; at least 1 */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Counts one connection.
   * @param now whole seconds; a clock that is set back begins a new average
   * @returns false for the connection that goes over the limit
   */
  admit(now: number): boolean {
    const elapsed = now - this.#start;
    if (this.#count === 0 || elapsed >= this.#most || elapsed < 0) {
      this.#start = now;
      this.#count = 1;
      return true;
    }
    this.#count++;
    return Math.floor(this.#count / Math.max(elapsed, 1)) <= this.#most;
  }

  /** The port has come back after its pause: counting starts anew. */
  reset(): void {
    this.#count = 0;
  }
}
