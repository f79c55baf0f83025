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

  has(pid: number): boolean {
    return this.#byPid.has(pid);
  }

  /**
   * Exits of one moment. Those of servers have to be told first: a server that has ended together with its fork server
   * may not have been heard of yet, and is known for what it is only when its own exit is.
   */
  sort(exits: readonly ExitFacts[]): { readonly servers: ExitFacts[]; readonly forkservers: ExitFacts[] } {
    const servers = exits.filter(({ pid }) => !this.has(pid));
    return { servers, forkservers: servers.length === exits.length ? [] : exits.filter(({ pid }) => this.has(pid)) };
  }

  /** One of these has ended. */
  exited(facts: ExitFacts): void {
    const onExit = this.#byPid.get(facts.pid);
    this.#byPid.delete(facts.pid);
    onExit?.(facts);
    if (this.#byPid.size === 0) for (const resolve of this.#whenEmpty.splice(0)) resolve();
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
