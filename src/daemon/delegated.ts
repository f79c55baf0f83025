/**
 * The clients of one service that the worker answers: from the connection to START, and from the worker's report to
 * EXIT. The same lines, limits and counts as for a server of the service's own, with these differences:
 *
 * - `pid=` is the worker's, where xinetd has a child for the connection;
 * - daytime and time are answered at once: START has `pid=0`, there is no EXIT, and they are no instance (as xinetd).
 */
import type { Listener } from '../listener/mod.ts';
import type { Clock, ServiceRecord } from '../log/mod.ts';
import type { BuiltinName, BuiltinPlan, Peer } from '../model/mod.ts';
import { type Connection, closeDescriptor } from '../os/mod.ts';
import type { TaskEnd, Worker } from '../worker/mod.ts';

/** What of a running service its clients concern. */
export interface DelegatingService {
  readonly record: (record: ServiceRecord) => void;
  /** A place in its limits is taken, and given back. */
  readonly enter: (peer: Peer) => void;
  readonly leave: (peer: Peer) => void;
  /** Leaves clients in the kernel's queue until it is resumed. */
  readonly rest: (listener: Listener) => void;
  readonly resume: (listener: Listener) => void;
}

const momentary: ReadonlySet<BuiltinName> = new Set<BuiltinName>(['daytime', 'time']);

export class Delegated {
  readonly #worker: Worker;
  readonly #clock: Clock;
  readonly #service: DelegatingService;

  constructor(worker: Worker, clock: Clock, service: DelegatingService) {
    this.#worker = worker;
    this.#clock = clock;
    this.#service = service;
  }

  /** Hands an admitted connection to the worker, and closes it here. */
  serve({ name }: BuiltinPlan, listener: Listener, { descriptor, peer }: Connection): void {
    const lasting = !momentary.has(name);
    const from = peer.address;
    let startedAt = 0;
    if (lasting) this.#service.enter(peer);
    const refused = (): void => {
      closeDescriptor(descriptor);
      if (lasting) this.#service.leave(peer);
      this.#service.record({ event: 'fail', reason: 'exec', from });
    };
    const task = this.#worker.serve({ kind: 'stream', name }, descriptor, {
      onStarted: (pid) => {
        closeDescriptor(descriptor);
        startedAt = this.#clock();
        this.#service.record({ event: 'start', pid: lasting ? pid : 0, from });
      },
      onRefused: refused,
      onEnded: (end) => {
        if (!lasting) return;
        this.#service.leave(peer);
        this.#recordExit(end, startedAt);
      },
    });
    if (task === undefined) refused();
    else if (this.#worker.crowded) this.#rest(listener);
  }

  #recordExit({ pid, ending }: TaskEnd, startedAt: number): void {
    this.#service.record({
      event: 'exit',
      facts: { pid, ending },
      seconds: (this.#clock() - startedAt) / 1000,
      timedOut: false,
    });
  }

  #rest(listener: Listener): void {
    if (listener.state !== 'listening') return;
    this.#service.rest(listener);
    this.#worker.whenClear(() => this.#service.resume(listener));
  }
}
