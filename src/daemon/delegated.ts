/**
 * The clients of one service that the worker answers: from the connection to START, and from the worker's report to
 * EXIT. The same lines, limits and counts as for a server of the service's own, with these differences:
 *
 * - `pid=` is the worker's, where xinetd has a child for the connection;
 * - daytime and time are answered at once: START has `pid=0`, there is no EXIT, and they are no instance (as xinetd);
 * - so are datagrams. The worker has the socket for a second at a time and answers whom the daemon allows: the sender of
 *   the first datagram, whom the daemon sees without reading it, and those whom the worker asks about. Each of them has
 *   one START in this time, and not one for each datagram.
 */
import type { Listener } from '../listener/mod.ts';
import type { Clock, ServiceRecord } from '../log/mod.ts';
import type { BuiltinName, BuiltinPlan, Peer } from '../model/mod.ts';
import { type Connection, closeDescriptor } from '../os/mod.ts';
import type { TaskEnd, TaskId, Worker } from '../worker/mod.ts';

/** What of a running service its clients concern. */
export interface DelegatingService {
  readonly record: (record: ServiceRecord) => void;
  /** A place in its limits is taken, and given back. */
  readonly enter: (peer: Peer) => void;
  readonly leave: (peer: Peer) => void;
  /** Decides about the sender of a datagram, and logs it. */
  readonly judge: (listener: Listener, sender: Peer) => boolean;
  /** Leaves clients in the kernel's queue until it is resumed. */
  readonly rest: (listener: Listener) => void;
  readonly resume: (listener: Listener) => void;
  /** As after a failed launch: what waits is tried again after a while. */
  readonly retry: (listener: Listener) => void;
}

/** How long the worker has a socket, and goes by what the daemon has said about senders. */
const lendMilliseconds = 1000;

const momentary: ReadonlySet<BuiltinName> = new Set<BuiltinName>(['daytime', 'time']);

export class Delegated {
  readonly #worker: Worker;
  readonly #clock: Clock;
  readonly #service: DelegatingService;
  /** Connections that are instances, and sockets that are lent. */
  readonly #tasks = new Set<TaskId>();
  readonly #lent = new Map<TaskId, Listener>();

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
      this.#service.record({ event: 'fail', reason: 'exec', from });
      if (lasting) this.#service.leave(peer);
    };
    let task: TaskId | undefined;
    const forget = (): void => {
      if (task !== undefined) this.#tasks.delete(task);
    };
    task = this.#worker.serve({ kind: 'stream', name }, descriptor, {
      onStarted: (pid) => {
        closeDescriptor(descriptor);
        startedAt = this.#clock();
        this.#service.record({ event: 'start', pid: lasting ? pid : 0, from });
      },
      onRefused: () => {
        forget();
        refused();
      },
      onEnded: (end) => {
        forget();
        if (!lasting) return;
        this.#recordExit(end, startedAt);
        this.#service.leave(peer);
      },
    });
    if (task === undefined) {
      refused();
      return;
    }
    if (lasting) this.#tasks.add(task);
    if (this.#worker.crowded) this.#rest(listener);
  }

  /** Lends a socket, whose first datagram has been admitted, to the worker. */
  lend({ name }: BuiltinPlan, each: boolean, listener: Listener, { address }: Peer): void {
    let task: TaskId | undefined;
    const back = (): void => {
      if (task !== undefined) this.#lent.delete(task);
      listener.giveBack();
    };
    const refused = (): void => {
      back();
      this.#service.record({ event: 'fail', reason: 'exec', from: address });
      this.#service.retry(listener);
    };
    const job = { kind: 'datagrams', name, sender: address, milliseconds: lendMilliseconds, each } as const;
    task = this.#worker.serve(job, listener.handOver(), {
      onStarted: () => this.#service.record({ event: 'start', pid: 0, from: address }),
      onRefused: refused,
      onEnded: back,
      onAsks: (sender) => task !== undefined && this.#lent.has(task) && this.#service.judge(listener, sender),
    });
    if (task === undefined) refused();
    else this.#lent.set(task, listener);
  }

  /** Has its sockets back, at once where the worker has not had them yet. Before they are closed or change hands. */
  recall(): void {
    for (const [task, listener] of this.#lent) if (this.#worker.end(task)) listener.giveBack();
    this.#lent.clear();
  }

  /** Ends its connections. */
  endAll(): void {
    for (const task of this.#tasks) this.#worker.end(task);
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
