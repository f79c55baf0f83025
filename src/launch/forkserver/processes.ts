/**
 * The processes that are fork servers, of all services: they are children of the daemon as servers are, and their exits
 * come with those of servers. When the daemon stops they are ended with them.
 */
import type { ExitFacts } from '../../model/mod.ts';
import { signalProcess } from '../../os/mod.ts';

export class ForkserverProcesses {
  readonly #byPid = new Map<number, (facts: ExitFacts) => void>();
  readonly #whenEmpty: (() => void)[] = [];

  get pids(): Iterable<number> {
    return this.#byPid.keys();
  }

  add(pid: number, onExit: (facts: ExitFacts) => void): void {
    this.#byPid.set(pid, onExit);
  }

  /** @returns whether it was one of these that has ended */
  exited(facts: ExitFacts): boolean {
    const onExit = this.#byPid.get(facts.pid);
    if (onExit === undefined) return false;
    this.#byPid.delete(facts.pid);
    onExit(facts);
    if (this.#byPid.size === 0) for (const resolve of this.#whenEmpty.splice(0)) resolve();
    return true;
  }

  endAll(signal: 'SIGTERM' | 'SIGKILL'): void {
    for (const pid of this.#byPid.keys()) signalProcess(pid, signal);
  }

  /** Resolves when none is left. */
  empty(): Promise<void> {
    if (this.#byPid.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenEmpty.push(resolve));
  }
}
