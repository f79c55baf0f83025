/**
 * The clients of one service that the worker answers or passes on: from the connection to START, and from the worker's report to
 * EXIT. The same lines, limits and counts as for a server of the service's own, with these differences:
 *
 * - `pid=` is the worker's, where xinetd has a child for the connection;
 * - a scraper of the metrics gets them when the worker has heard that it wants them;
 * - daytime, time and lists are answered at once: START has `pid=0`, there is no EXIT, and they are no instance (as xinetd);
 * - so are datagrams. The worker has the socket for a second at a time and answers whom the daemon allows: the sender of
 *   the first datagram, whom the daemon sees without reading it, and those whom the worker asks about. Each of them has
 *   one START in this time, and not one for each datagram.
 */
import type { Listener } from '../listener/mod.ts';
import type { Clock } from '../log/mod.ts';
import type {
  AuthPlan,
  BuiltinName,
  BuiltinPlan,
  ListingPlan,
  Peer,
  RedirectPlan,
  ServiceRecord,
} from '../model/mod.ts';
import { type Connection, closeDescriptor, errnoMessage } from '../os/mod.ts';
import { type Job, type RelayFailure, type TaskEnd, type TaskId, textOf, type Worker } from '../worker/mod.ts';
import { MuxClient, type MuxTargets } from './behind-tcpmux.ts';

/** What of a running service its clients concern. */
export interface DelegatingService {
  readonly record: (record: ServiceRecord) => void;
  /** For the daemon's own log. */
  readonly complain: (message: string) => void;
  /** A place in its limits is taken, and given back. */
  readonly enter: (peer: Peer) => void;
  readonly leave: (peer: Peer) => void;
  /** How long a client may be served, in seconds; undefined: as long as it likes. */
  readonly timeout: () => number | undefined;
  /** The lines of a list, with their ends. */
  readonly list: (what: ListingPlan['name']) => readonly string[];
  /** The daemon's metrics as text. */
  readonly metrics: () => string;
  /** Decides about the sender of a datagram, and logs it. */
  readonly judge: (listener: Listener, sender: Peer) => boolean;
  /** Leaves clients in the kernel's queue until it is resumed. */
  readonly rest: (listener: Listener) => void;
  readonly resume: (listener: Listener) => void;
  /** As after a failed launch: what waits is tried again after a while. */
  readonly retry: (listener: Listener) => void;
}

/** What is done with one connection besides what is done with all. */
interface Handling {
  /** The worker has its copy. */
  readonly onStarted: () => void;
  /** Before EXIT is logged, where there is one. */
  readonly beforeExit?: (end: TaskEnd) => void;
  readonly onEnded: (end: TaskEnd) => void;
  readonly onWants?: (task: TaskId, name: string) => void;
  /** Before the worker is told to end it. */
  readonly onCut?: () => void;
}

/** A connection that the worker serves. */
export interface WorkerClient {
  /** The worker's. */
  readonly pid: number;
  readonly peer: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** How long the worker has a socket, and goes by what the daemon has said about senders. */
const lendMilliseconds = 1000;

/** For the line that a client of tcpmux begins with. */
const lineMilliseconds = 30_000;

/** For a request of HTTP and the answer to it. */
const scrapeMilliseconds = 30_000;

const momentary: ReadonlySet<BuiltinName> = new Set<BuiltinName>(['daytime', 'time']);

export class Delegated {
  readonly #worker: Worker;
  readonly #clock: Clock;
  readonly #service: DelegatingService;
  /** Connections that are instances, and sockets that are lent. */
  readonly #tasks = new Map<TaskId, { readonly cut: () => void; client: WorkerClient | undefined }>();
  readonly #lent = new Map<TaskId, Listener>();

  constructor(worker: Worker, clock: Clock, service: DelegatingService) {
    this.#worker = worker;
    this.#clock = clock;
    this.#service = service;
  }

  /** Hands an admitted connection to the worker, and closes it here. */
  serve(plan: BuiltinPlan | ListingPlan | RedirectPlan, listener: Listener | undefined, connection: Connection): void {
    if (plan.kind === 'redirect') {
      this.#relay(plan, listener, connection);
      return;
    }
    const { descriptor } = connection;
    const job: Job =
      plan.kind === 'listing'
        ? { kind: 'text', text: textOf(this.#service.list(plan.name)) }
        : { kind: 'stream', name: plan.name };
    this.#hand(job, plan.kind === 'builtin' && !momentary.has(plan.name), listener, connection, {
      onStarted: () => closeDescriptor(descriptor),
      onEnded: () => {},
    });
  }

  /** Has the worker hear which service behind tcpmux a connection wants, and keeps it for that service. */
  multiplex(targets: MuxTargets, listener: Listener | undefined, connection: Connection): void {
    const client = new MuxClient(targets, this.#worker, connection);
    const job: Job = { kind: 'tcpmux', milliseconds: lineMilliseconds };
    this.#hand(job, true, listener, connection, {
      onStarted: () => {},
      onEnded: ({ ending }) => {
        const descriptor = client.ended(ending.kind === 'status' && ending.status === 0);
        if (descriptor !== undefined) closeDescriptor(descriptor);
      },
      onWants: (task, name) => client.wants(task, name),
      onCut: () => client.cut(),
    });
  }

  /** Has the worker say whose the connections of this machine are. */
  answerAuth({ answers }: AuthPlan, listener: Listener | undefined, connection: Connection): void {
    const { descriptor, peer, local } = connection;
    const job: Job = {
      kind: 'auth',
      answers,
      client: { address: peer.address, port: peer.port },
      local: { address: local.address, port: local.port },
    };
    this.#hand(job, true, listener, connection, {
      onStarted: () => closeDescriptor(descriptor),
      onEnded: () => {},
    });
  }

  /** Has the worker hear whether a connection wants the metrics, and tell them. */
  tellMetrics(listener: Listener | undefined, connection: Connection): void {
    let told = false;
    this.#hand({ kind: 'scrape', milliseconds: scrapeMilliseconds }, true, listener, connection, {
      onStarted: () => closeDescriptor(connection.descriptor),
      onEnded: () => {},
      // A worker has no reason to ask twice.
      onWants: (task) => {
        if (!told) this.#worker.say(task, this.#service.metrics());
        told = true;
      },
    });
  }

  #relay({ target }: RedirectPlan, listener: Listener | undefined, connection: Connection): void {
    this.#hand({ kind: 'redirect', target }, true, listener, connection, {
      onStarted: () => closeDescriptor(connection.descriptor),
      beforeExit: ({ received, sent, failure }) => {
        if (failure === undefined) this.#service.record({ event: 'traffic', received, sent });
        else this.#service.complain(failureMessage(failure, target.host));
      },
      onEnded: () => {},
    });
  }

  /** @param lasting whether it is an instance and has EXIT */
  #hand(
    job: Job,
    lasting: boolean,
    listener: Listener | undefined,
    { descriptor, peer }: Connection,
    handling: Handling,
  ): void {
    const from = peer.address;
    let startedAt = 0;
    let task: TaskId | undefined;
    if (lasting) this.#service.enter(peer);
    let timedOut = false;
    let timer: NodeJS.Timeout | undefined;
    const done = (): void => {
      clearTimeout(timer);
      if (task !== undefined) this.#tasks.delete(task);
    };
    const refused = (): void => {
      closeDescriptor(descriptor);
      done();
      this.#service.record({ event: 'fail', reason: 'exec', from });
      if (lasting) this.#service.leave(peer);
    };
    const cut = (): void => {
      handling.onCut?.();
      if (task !== undefined && this.#worker.end(task)) refused();
    };
    // There is no program that could put its things in order, so that it is cut off at once.
    const timeIsOver = (): void => {
      timedOut = true;
      cut();
    };
    task = this.#worker.serve(job, descriptor, {
      onStarted: (pid) => {
        handling.onStarted();
        startedAt = this.#clock();
        const instance = task === undefined ? undefined : this.#tasks.get(task);
        if (instance !== undefined) instance.client = { pid, peer: from, startedAt };
        const seconds = this.#service.timeout();
        if (seconds !== undefined) timer = setTimeout(timeIsOver, seconds * 1000).unref();
        this.#service.record({ event: 'start', pid: lasting ? pid : 0, from });
      },
      onRefused: refused,
      onEnded: (end) => {
        done();
        if (lasting) handling.beforeExit?.(end);
        if (lasting) this.#recordExit(end, from, startedAt, timedOut);
        if (lasting) this.#service.leave(peer);
        handling.onEnded(end);
      },
      onWants: (name) => {
        if (task !== undefined) handling.onWants?.(task, name);
      },
    });
    if (task === undefined) {
      refused();
      return;
    }
    if (lasting) this.#tasks.set(task, { cut, client: undefined });
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

  /** Clients whom the worker serves and the service counts. */
  get served(): number {
    return this.#tasks.size;
  }

  /** Those of them whom it has. */
  get clients(): readonly WorkerClient[] {
    return Array.from(this.#tasks.values(), ({ client }) => client).filter((client) => client !== undefined);
  }

  /** Has its sockets back, at once where the worker has not had them yet. Before they are closed or change hands. */
  recall(): void {
    for (const [task, listener] of this.#lent) if (this.#worker.end(task)) listener.giveBack();
    this.#lent.clear();
  }

  /** Ends its connections. */
  endAll(): void {
    for (const { cut } of this.#tasks.values()) cut();
  }

  #recordExit({ pid, ending, received, sent }: TaskEnd, from: string, startedAt: number, timedOut: boolean): void {
    this.#service.record({
      event: 'exit',
      from,
      facts: { pid, ending },
      carried: { received, sent },
      seconds: (this.#clock() - startedAt) / 1000,
      timedOut,
    });
  }

  #rest(listener: Listener | undefined): void {
    if (listener?.state !== 'listening') return;
    this.#service.rest(listener);
    this.#worker.whenClear(() => this.#service.resume(listener));
  }
}

/** That of a connection is xinetd's, word for word. */
function failureMessage(failure: RelayFailure, host: string): string {
  if (failure.at === 'lookup') return `can't find the address of remote host ${host}: ${failure.code}`;
  const { address, errno } = failure;
  return `can't connect to remote host ${address}: ${errnoMessage(errno)} (errno = ${errno})`;
}
