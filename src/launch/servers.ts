/**
 * The running servers, by pid: who started them, for whom, since when. The reaper's exits come in here and go out
 * to whoever started the server.
 */
import type { ExitFacts, Peer } from '../model/mod.ts';
import { signalGroup } from '../os/mod.ts';

export interface Server {
  readonly pid: number;
  readonly peer: Peer | undefined;
  /** Who started it; compared by identity. */
  readonly owner: object;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Called once, when it has ended. */
  readonly onExit: (server: Server, facts: ExitFacts) => void;
}

export class Servers {
  readonly #byPid = new Map<number, Server>();
  readonly #whenEmpty: (() => void)[] = [];

  get count(): number {
    return this.#byPid.size;
  }

  [Symbol.iterator](): IterableIterator<Server> {
    return this.#byPid.values();
  }

  add(server: Server): void {
    this.#byPid.set(server.pid, server);
  }

  /** @returns the pids that no one here has started: children of something else in this process */
  reap(exits: readonly ExitFacts[]): number[] {
    const unknown: number[] = [];
    for (const facts of exits) {
      const server = this.#byPid.get(facts.pid);
      if (server === undefined) {
        unknown.push(facts.pid);
        continue;
      }
      this.#byPid.delete(facts.pid);
      server.onExit(server, facts);
    }
    if (this.#byPid.size === 0) for (const resolve of this.#whenEmpty.splice(0)) resolve();
    return unknown;
  }

  /**
   * Sends a signal to each server's whole process group (a server leads its own session).
   * @param owner only the servers that this one started
   */
  signalAll(signal: 'SIGTERM' | 'SIGKILL', owner?: object): void {
    for (const server of this.#byPid.values()) {
      if (owner === undefined || server.owner === owner) signalGroup(server.pid, signal);
    }
  }

  /** Resolves when no server is left. */
  empty(): Promise<void> {
    if (this.#byPid.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenEmpty.push(resolve));
  }
}
