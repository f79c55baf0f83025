/**
 * The running servers, by pid: who started them, for whom, since when. The reaper's exits come in here and go out
 * to whoever started the server.
 *
 * A launch on another thread is told here later than its server may have ended: such an exit is kept until then.
 */
import type { ExitFacts, Peer } from '../model/mod.ts';
import { type ExitWatch, signalServer } from '../os/mod.ts';

type ExitTiming = Pick<ExitWatch, 'launched' | 'started' | 'hurry'>;

export interface Server {
  readonly pid: number;
  readonly peer: Peer | undefined;
  /** Who started it; compared by identity. */
  readonly owner: object;
  /** Somebody waits for its end: the listener of a `wait` service. */
  readonly awaited: boolean;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Called once, when it has ended. */
  readonly onExit: (server: Server, facts: ExitFacts) => void;
}

export class Servers {
  readonly #byPid = new Map<number, Server>();
  /** Exits of pids that nobody has added yet, while launches are under way on other threads. */
  readonly #early = new Map<number, ExitFacts>();
  /** Those that turned out to be nobody's: orphans that came to a daemon that is process 1. Told with the next exits. */
  #strangers: number[] = [];
  readonly #whenEmpty: (() => void)[] = [];
  readonly #exits: ExitTiming;
  #underWay = 0;
  #awaited = 0;
  #ending: 'SIGTERM' | 'SIGKILL' | undefined;

  /** @param exits told of launches, and whether exits are needed at once or may come some milliseconds late */
  constructor(exits: ExitTiming) {
    this.#exits = exits;
    exits.hurry(false);
  }

  /** Servers that run, and those whose launch is under way. */
  get count(): number {
    return this.#byPid.size + this.#underWay;
  }

  /** Launches under way on other threads. */
  get underWay(): number {
    return this.#underWay;
  }

  [Symbol.iterator](): IterableIterator<Server> {
    return this.#byPid.values();
  }

  /** A launch begins on another thread; {@link settle} has to follow. */
  expect(): void {
    this.#underWay++;
    this.#exits.launched();
  }

  /** A launch that was expected has started a server. */
  settle(server: Server): void {
    this.#underWay--;
    this.add(server);
    this.#settled();
  }

  /**
   * A launch that was expected has failed.
   * @param child the process that failed, whose exit means nothing; 0: there was none
   */
  fail(child: number): void {
    this.#underWay--;
    this.#early.delete(child);
    this.#settled();
  }

  /**
   * A launch that was expected has started what is no server, and belongs to somebody else from now on.
   * @returns how it has ended, if it has
   */
  pass(pid: number): ExitFacts | undefined {
    this.#underWay--;
    const early = this.#early.get(pid);
    this.#early.delete(pid);
    this.#settled();
    return early;
  }

  /** Whether it is a server that runs. */
  has(pid: number): boolean {
    return this.#byPid.has(pid);
  }

  /** Whether it has ended before anybody has said what it is. */
  isEarly(pid: number): boolean {
    return this.#early.has(pid);
  }

  add(server: Server): void {
    this.#exits.launched();
    this.#byPid.set(server.pid, server);
    this.#exits.started(server.pid, this.#byPid.size);
    if (server.awaited) this.awaitExits();
    const early = this.#early.get(server.pid);
    if (early !== undefined) this.#end(server, early);
    else if (this.#ending !== undefined) signalServer(server.pid, this.#ending);
  }

  /** @returns the pids that no one here has started: children of something else in this process */
  reap(exits: readonly ExitFacts[]): number[] {
    const unknown = this.#strangers;
    this.#strangers = [];
    for (const facts of exits) {
      const server = this.#byPid.get(facts.pid);
      if (server !== undefined) this.#end(server, facts);
      else if (this.#underWay > 0) this.#early.set(facts.pid, facts);
      else unknown.push(facts.pid);
    }
    this.#checkEmpty();
    return unknown;
  }

  /**
   * Sends a signal to each server's whole process group (a server leads its own session).
   * @param owner only the servers that this one started
   */
  signalAll(signal: 'SIGTERM' | 'SIGKILL', owner?: object): void {
    for (const server of this.#byPid.values()) {
      if (owner === undefined || server.owner === owner) signalServer(server.pid, signal);
    }
  }

  /** Ends all servers, also those whose launch is under way. */
  endAll(signal: 'SIGTERM' | 'SIGKILL'): void {
    this.#ending = signal;
    this.signalAll(signal);
  }

  /** Somebody waits for servers to end: exits are told at once until {@link awaitNoExits} has been called as often. */
  awaitExits(): void {
    if (this.#awaited++ === 0) this.#exits.hurry(true);
  }

  awaitNoExits(): void {
    if (--this.#awaited === 0) this.#exits.hurry(false);
  }

  /** Resolves when no server is left and no launch under way. */
  empty(): Promise<void> {
    if (this.count === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenEmpty.push(resolve));
  }

  #end(server: Server, facts: ExitFacts): void {
    this.#byPid.delete(server.pid);
    this.#early.delete(server.pid);
    if (server.awaited) this.awaitNoExits();
    server.onExit(server, facts);
  }

  /** Exits that nobody has claimed by now would be taken for those of later servers with the same pids. */
  #settled(): void {
    if (this.#underWay === 0) {
      this.#strangers.push(...this.#early.keys());
      this.#early.clear();
    }
    this.#checkEmpty();
  }

  #checkEmpty(): void {
    if (this.count === 0) for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }
}
