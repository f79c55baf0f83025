/**
 * The services behind tcpmux, and one client's way to them: the worker hears the name, the service that has it decides
 * about the client by its own access and limits, and serves it from the daemon's own copy of the connection. xinetd
 * keeps to the access of the service alone, and logs nothing of it.
 *
 * Until the client has its answer it is an instance of tcpmux and holds a place in its target's limits.
 */
import type { Decision, Local, Peer } from '../model/mod.ts';
import { type Connection, type Descriptor, setBlocking } from '../os/mod.ts';
import type { TaskId, Worker } from '../worker/mod.ts';
import type { Refusal } from './refusal.ts';

/** A service behind tcpmux. */
export interface MuxTarget {
  /** Who says `+Go`. */
  readonly greeting: 'tcpmux' | 'server';
  /** Decides, logs a refusal, and takes a place for an admitted client; the answer may have to wait for a name. */
  admit(connection: Connection, decided: (allowed: boolean) => void): void;
  /** Serves whom it has admitted; the descriptor is its own from now on. */
  serve(connection: Connection): void;
  /** Gives the place of whom it has admitted back. */
  forget(connection: Connection): void;
}

export interface MuxTargets {
  /** By the name of the service, in any case. */
  find(name: string): MuxTarget | undefined;
  names(): readonly string[];
}

/** RFC 1078: the first character says whether the service is there. xinetd has a NUL byte after each answer. */
const go = '+Go\r\n';
const notFound = '-Service name not found\r\n';
const notAvailable = '-Service not available\r\n';

export class MuxClient {
  readonly #targets: MuxTargets;
  readonly #worker: Worker;
  readonly #connection: Connection;
  #asked = false;
  #ended = false;
  #target: MuxTarget | undefined;

  constructor(targets: MuxTargets, worker: Worker, connection: Connection) {
    this.#targets = targets;
    this.#worker = worker;
    this.#connection = connection;
  }

  /** The client has named a service. A worker has no reason to say so twice. */
  wants(task: TaskId, name: string): void {
    if (this.#asked) return;
    this.#asked = true;
    if (name.toLowerCase() === 'help') {
      this.#worker.reply(
        task,
        this.#targets.names().map((known) => `${known}\r\n`),
        false,
      );
      return;
    }
    const target = this.#targets.find(name);
    if (target === undefined) {
      this.#worker.reply(task, [notFound], false);
      return;
    }
    target.admit(this.#connection, (allowed) => {
      if (this.#ended) {
        if (allowed) target.forget(this.#connection);
        return;
      }
      if (allowed) this.#target = target;
      if (!allowed) this.#worker.reply(task, [notAvailable], false);
      else this.#worker.reply(task, target.greeting === 'tcpmux' ? [go] : [], true);
    });
  }

  /** The worker is told to end it before it has been told what the client gets, or has been told that already. */
  cut(): void {
    this.#ended = true;
  }

  /**
   * The worker has let go of the connection.
   * @param well it has done what it was told
   * @returns the descriptor, when nobody serves the client
   */
  ended(well: boolean): Descriptor | undefined {
    this.#ended = true;
    if (this.#target !== undefined && well) {
      this.#target.serve(this.#connection);
      return undefined;
    }
    this.#target?.forget(this.#connection);
    return this.#connection.descriptor;
  }
}

/** What a service behind tcpmux needs of itself. */
export interface MuxedHost {
  readonly decide: (peer: Peer, local: Local) => Decision;
  readonly refuse: (refusal: Refusal, peer: Peer) => void;
  /** Waits for the name of an address; false when it cannot. */
  readonly ask: (address: string, answered: () => void, dismissed: () => void) => boolean;
  readonly enter: (peer: Peer) => void;
  readonly leave: (peer: Peer) => void;
  readonly serve: (connection: Connection) => void;
}

export class MuxedService {
  readonly #host: MuxedHost;

  constructor(host: MuxedHost) {
    this.#host = host;
  }

  target(greeting: MuxTarget['greeting']): MuxTarget {
    return {
      greeting,
      admit: (connection, decided) => this.#admit(connection, decided),
      forget: ({ peer }) => this.#host.leave(peer),
      serve: (connection) => {
        // The place is taken anew by whoever serves it.
        this.#host.leave(connection.peer);
        setBlocking(connection.descriptor, true);
        this.#host.serve(connection);
      },
    };
  }

  #admit(connection: Connection, decided: (allowed: boolean) => void): void {
    const { peer, local } = connection;
    const decision = this.#host.decide(peer, local);
    if (decision.verdict === 'ask') {
      const again = (): void => this.#admit(connection, decided);
      if (this.#host.ask(decision.address, again, () => decided(false))) return;
    }
    if (decision.verdict !== 'allow') this.#host.refuse(decision, peer);
    else this.#host.enter(peer);
    decided(decision.verdict === 'allow');
  }
}
