/**
 * Which of the clients that a service refuses have a line in a log. At ordinary rates all of them: a thousand at once, and
 * a hundred a second for as long as they like. While more come, each address has one line a second, a hundred addresses at
 * most, so that neither the log nor who reads it (fail2ban) is flooded, and nobody can hide behind the lines of another;
 * the others are counted, and each second the count is told by reasons. It is over with a second in which no more than a
 * hundred come.
 */
import type { Clock } from '../log/mod.ts';

/** Lines that may come at once, and those of each second after that. */
export const mostRefusalsAtOnce = 1000;
export const mostRefusalsPerSecond = 100;

/** Does a job in a second; what it returns does it no more. */
export type InASecond = (job: () => void) => () => void;

const inASecond: InASecond = (job) => {
  const timer = setTimeout(job, 1000).unref();
  return () => clearTimeout(timer);
};

/** What there is to remember while too many come. */
interface Flood {
  came: number;
  /** Those that have had their line in this second. */
  readonly addresses: Set<string>;
  stop: () => void;
}

export class RefusalLines<Reason> {
  readonly #clock: Clock;
  readonly #later: InASecond;
  readonly #lost: (reason: Reason, clients: number) => void;
  readonly #left = new Map<Reason, number>();
  #allowed = mostRefusalsAtOnce;
  #countedAt: number;
  #flood: Flood | undefined;

  /** @param lost told how many clients have had no line in a second, by the reasons */
  constructor(clock: Clock, lost: (reason: Reason, clients: number) => void, later: InASecond = inASecond) {
    this.#clock = clock;
    this.#later = later;
    this.#lost = lost;
    this.#countedAt = clock();
  }

  /** Whether this client has a line; otherwise it is counted. */
  has(reason: Reason, address: string | undefined): boolean {
    const flood = this.#flood ?? this.#beginning();
    if (flood === undefined) return true;
    flood.came++;
    const key = address ?? '';
    if (flood.addresses.size < mostRefusalsPerSecond && !flood.addresses.has(key)) {
      flood.addresses.add(key);
      return true;
    }
    this.#left.set(reason, (this.#left.get(reason) ?? 0) + 1);
    return false;
  }

  /** Tells what has been counted until now: the log ends, or is another one from now on. */
  tell(): void {
    for (const [reason, clients] of this.#left) this.#lost(reason, clients);
    this.#left.clear();
  }

  /** Final, and tells before. */
  close(): void {
    this.#flood?.stop();
    this.tell();
  }

  /** Undefined while there are not too many. */
  #beginning(): Flood | undefined {
    const now = this.#clock();
    // A clock that was set back gives nothing.
    const earned = (Math.max(0, now - this.#countedAt) / 1000) * mostRefusalsPerSecond;
    this.#allowed = Math.min(mostRefusalsAtOnce, this.#allowed + earned);
    this.#countedAt = now;
    if (this.#allowed >= 1) {
      this.#allowed--;
      return undefined;
    }
    this.#flood = { came: 0, addresses: new Set(), stop: this.#later(() => this.#second()) };
    return this.#flood;
  }

  #second(): void {
    this.tell();
    const flood = this.#flood;
    if (flood === undefined) return;
    if (flood.came <= mostRefusalsPerSecond) {
      this.#flood = undefined;
      this.#allowed = mostRefusalsPerSecond;
      this.#countedAt = this.#clock();
      return;
    }
    flood.came = 0;
    flood.addresses.clear();
    flood.stop = this.#later(() => this.#second());
  }
}
