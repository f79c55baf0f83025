/**
 * The wall clock of servers: who has run for his time gets SIGTERM, and SIGKILL after a grace time; both go to the
 * whole process group. When the server itself has gone by then, what is left of its group still gets the SIGKILL.
 *
 * All servers here have the same time, so the one that began first is due first: a Map in the order of beginning is
 * all it takes, and one timer for the next that is due. A timer that finds nobody due is set anew for who is next then;
 * servers that end in time never touch it.
 */
import type { TimeLimit } from '../model/mod.ts';

/** What it does to the world. */
export interface Means {
  /** Milliseconds on a clock that nobody sets. */
  readonly now: () => number;
  /** To a server that runs, and its group. */
  readonly signalServer: (pid: number, signal: 'SIGTERM' | 'SIGKILL') => void;
  /** To what is left of a group whose leader has ended. */
  readonly signalGroup: (pid: number, signal: 'SIGTERM' | 'SIGKILL') => void;
  /** Whether a process group has a member. */
  readonly groupExists: (pid: number) => boolean;
  /** Does a job once, so many milliseconds later, unless what it returns is called; does not keep the process alive. */
  readonly after: (milliseconds: number, job: () => void) => () => void;
}

/**
 * How often a group whose leader has ended is looked at: its number belongs to nobody else while it has a member, and
 * comes to another only after all other numbers.
 */
const remnantMilliseconds = 100;

export class ServerTimes {
  readonly #means: Means;
  readonly #time: number;
  readonly #grace: number;
  /** Servers within their time: when it will be up. */
  readonly #running = new Map<number, number>();
  /** Those that were told to end: when they will be killed. */
  readonly #told = new Map<number, number>();
  readonly #killed = new Set<number>();
  /** Groups whose leaders have ended after they were told to: when the rest will be killed. */
  readonly #remnants = new Map<number, number>();
  #timer: { readonly at: number; readonly cancel: () => void } | undefined;

  constructor({ seconds, graceSeconds }: TimeLimit, means: Means) {
    this.#time = seconds * 1000;
    this.#grace = graceSeconds * 1000;
    this.#means = means;
  }

  /** A server has started. */
  begin(pid: number): void {
    this.#running.set(pid, this.#means.now() + this.#time);
    if (this.#timer === undefined) this.#schedule();
  }

  /**
   * A server that has begun has ended.
   * @returns whether its time was up
   */
  end(pid: number): boolean {
    if (this.#running.delete(pid)) return false;
    const killAt = this.#told.get(pid);
    if (killAt === undefined) return this.#killed.delete(pid);
    this.#told.delete(pid);
    if (this.#means.groupExists(pid)) {
      this.#remnants.set(pid, killAt);
      this.#schedule();
    }
    return true;
  }

  #due(): void {
    const now = this.#means.now();
    for (const [pid, until] of this.#running) {
      if (until > now) break;
      this.#running.delete(pid);
      this.#told.set(pid, now + this.#grace);
      this.#means.signalServer(pid, 'SIGTERM');
    }
    for (const [pid, until] of this.#told) {
      if (until > now) break;
      this.#told.delete(pid);
      this.#killed.add(pid);
      this.#means.signalServer(pid, 'SIGKILL');
    }
    for (const [pid, until] of this.#remnants) {
      if (!this.#means.groupExists(pid)) this.#remnants.delete(pid);
      else if (until <= now) {
        this.#remnants.delete(pid);
        this.#means.signalGroup(pid, 'SIGKILL');
      }
    }
    this.#schedule();
  }

  /** Sets the timer for what is due next, unless it comes before that anyway. */
  #schedule(): void {
    const now = this.#means.now();
    const next = Math.min(
      first(this.#running),
      first(this.#told),
      this.#remnants.size > 0 ? now + remnantMilliseconds : Number.POSITIVE_INFINITY,
    );
    if (next >= (this.#timer?.at ?? Number.POSITIVE_INFINITY)) return;
    this.#timer?.cancel();
    const cancel = this.#means.after(Math.max(0, next - now), () => {
      this.#timer = undefined;
      this.#due();
    });
    this.#timer = { at: next, cancel };
  }
}

function first(moments: ReadonlyMap<number, number>): number {
  for (const moment of moments.values()) return moment;
  return Number.POSITIVE_INFINITY;
}
