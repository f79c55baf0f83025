/**
 * A token bucket as one number: the moment at which it will be full again (the generic cell rate algorithm of
 * ITU-T I.371, read as a bucket). Nothing is refilled and nothing runs between two connections.
 *
 * In any stretch of time no more is let through than the burst and what the rate gives in that time.
 */
import type { Rate } from '../model/mod.ts';

/** Of a token: what adding up fractions of milliseconds may be wrong by. */
const slack = 1e-6;

export class Pace {
  /** Milliseconds in which one token comes. */
  readonly #interval: number;
  readonly #burst: number;

  constructor({ count, periodSeconds, burst }: Rate) {
    this.#interval = (periodSeconds * 1000) / count;
    this.#burst = burst;
  }

  /**
   * Until when a bucket has to fill, seen from now. A clock that was set back makes it an empty one at worst.
   * @param fullAt undefined: a full bucket
   */
  settle(fullAt: number | undefined, now: number): number {
    return fullAt === undefined ? now : Math.min(Math.max(fullAt, now), now + this.#burst * this.#interval);
  }

  /** Whether there is a token in a bucket that has been settled now. */
  hasToken(fullAt: number, now: number): boolean {
    return fullAt - now <= (this.#burst - 1 + slack) * this.#interval;
  }

  /** Takes a token. */
  take(fullAt: number): number {
    return fullAt + this.#interval;
  }
}
