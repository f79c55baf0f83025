/**
 * A service at work: who is admitted, which servers it has, what is logged. It outlives its text: a reload gives it
 * a new Service and keeps sockets, servers and counts.
 *
 * A connection goes accept → admission → launch → START; a server's exit goes EXIT → slot released → (for `wait`)
 * listener watched again. Nothing here waits, and nothing here throws for what a client or the system does.
 */
import type { Ends, Server, ServerTimes } from '../launch/mod.ts';
import type { Listener, ListenerObserver } from '../listener/mod.ts';
import { type ServiceRecord, type Sink, serviceLine } from '../log/mod.ts';
import {
  type Endpoint,
  type ExitFacts,
  hasConnections,
  type LaunchStep,
  type Peer,
  type Service,
} from '../model/mod.ts';
import { type Connection, closeDescriptor, type Descriptor } from '../os/mod.ts';
import { Admission } from './admission.ts';
import { type Answer, answerOf, isQuick } from './answer.ts';
import { MuxedService, type MuxTarget } from './behind-tcpmux.ts';
import { Delegated } from './delegated.ts';
import { ErrorOutput } from './error-output.ts';
import { Gate } from './gate.ts';
import { Greeter } from './greeter.ts';
import { Identifier } from './identifier.ts';
import type { Inheritance } from './inheritance.ts';
import { NameWait } from './name-wait.ts';
import { type PortChange, Ports } from './ports.ts';
import { Queue, type Waiter } from './queue.ts';
import { type Refusal, Refusals } from './refusal.ts';
import { sameTime, timesOf } from './server-times.ts';
import type { LaunchObserver } from './service-launches.ts';
import type { ServiceLog } from './service-logs.ts';
import type { Shared } from './shared.ts';
import { Starvation } from './starvation.ts';
import { TurningAway } from './turning-away.ts';

/** A `wait` service whose server could not be started is tried again after this; xinetd retries a fork as slowly. */
const launchRetrySeconds = 5;
/** The worker cannot take more: clients queue this long, or until it can. */
const workerRetrySeconds = 1;

export class RunningService implements ListenerObserver, LaunchObserver {
  readonly #shared: Shared;
  readonly #admission: Admission;
  readonly #ports: Ports;
  readonly #gate: Gate;
  readonly #nameWait: NameWait;
  readonly #identifier: Identifier;
  readonly #turningAway: TurningAway;
  readonly #queue: Queue;
  #service: Service;
  readonly #delegated: Delegated;
  #answer: Answer;
  #greeter: Greeter | undefined;
  #times: ServerTimes | undefined;
  #log: ServiceLog | undefined;
  readonly #refusals: Refusals;
  readonly #muxed: MuxedService;
  readonly #starvation: Starvation;
  readonly #errors: ErrorOutput;

  /** @throws SystemError when its log cannot be opened, or memory for its plan cannot be had */
  constructor(service: Service, shared: Shared) {
    this.#service = service;
    this.#shared = shared;
    this.#log = shared.logs.of(service);
    this.#errors = new ErrorOutput(shared.log, (record) => this.#record(record));
    this.#answer = answerOf(service, this.#shared.servers, this.#errors, this);
    this.#greeter = Greeter.of(service, shared);
    this.#admission = new Admission(service, shared.sources, shared.guard);
    this.#times = timesOf(service);
    this.#ports = new Ports(service, this, shared.log, shared.passed, () => {
      if (this.#service.rpc !== undefined) shared.rpcPortOpened();
    });
    this.#gate = new Gate(() => this.#service, this.#admission, this.#ports, shared);
    this.#nameWait = new NameWait(shared, this.#ports);
    this.#identifier = new Identifier(shared.worker, {
      required: () => this.#service.identification?.required === true,
      occupancy: this.#admission.occupancy,
      record: (record) => this.#record(record),
      review: ({ peer, local }) => this.#admission.review(peer, local),
      turnAway: (connection, refusal) => this.#turningAway.refuse(connection, refusal),
      dismiss: ({ descriptor }) => this.#turningAway.close(descriptor),
      advance: () => this.#queue.advance(),
    });
    this.#starvation = new Starvation(this.#ports, shared);
    this.#refusals = new Refusals(shared, (record) => this.#record(record));
    this.#turningAway = new TurningAway(
      {
        service: () => this.#service,
        greeter: () => this.#greeter,
        refusals: this.#refusals,
        identifier: () => this.#identifier,
      },
      shared,
    );
    const places = {
      enter: ({ address }: Peer) => this.#admission.occupancy.enter(address),
      leave: (peer: Peer) => this.#leave(peer),
    };
    this.#muxed = new MuxedService({
      ...places,
      decide: (peer, local) => this.#gate.judge(undefined, peer, local),
      refuse: (refusal, peer) => this.#refusals.tell(this.#service, refusal, peer.address),
      ask: (address, answered, dismissed) => this.#nameWait.ask(address, answered, dismissed),
      serve: (connection) => this.#letIn(connection, undefined, false),
    });
    this.#delegated = new Delegated(shared.worker, shared.clock, {
      ...places,
      record: (record) => this.#record(record),
      timeout: () => this.#service.limits.timeout?.seconds,
      list: shared.list,
      complain: (message) => shared.log.write('ERROR', `service ${this.#service.id}: ${message}`),
      judge: (listener, sender) => this.#judgeSender(listener, sender),
      rest: (listener) => this.#ports.holdFor(listener, workerRetrySeconds),
      retry: (listener) => this.#ports.holdFor(listener, launchRetrySeconds),
      resume: (listener) => this.#ports.resume(listener),
    });
    this.#queue = this.#queueOf(service);
  }

  get service(): Service {
    return this.#service;
  }

  /** Servers running now. */
  get running(): number {
    return this.#admission.occupancy.running;
  }

  /** Of these, clients without a server as yet: an ident server is asked about them. */
  get identifying(): number {
    return this.#identifier.waiting;
  }

  /** Of these, clients whom the worker serves; also of an internal service that a reload has made a program. */
  get delegated(): number {
    return this.#delegated.served;
  }

  /** Accepted connections that wait in the queue. */
  get queued(): readonly Descriptor[] {
    return this.#queue.descriptors;
  }

  get runningOfSources(): number {
    return this.#admission.occupancy.runningOfSources;
  }

  /** How often its sockets have been asked for in vain; 0 when it has them. */
  get attempts(): number {
    return this.#ports.attempts;
  }

  get listeners(): readonly Listener[] {
    return this.#ports.listeners;
  }

  /** Whether at least one of its sockets could be had, or it needs none. */
  get active(): boolean {
    return this.#ports.open > 0 || this.#service.behindTcpmux !== undefined;
  }

  /** As it is reached through tcpmux; undefined when it is not. */
  get muxTarget(): MuxTarget | undefined {
    const { behindTcpmux } = this.#service;
    return behindTcpmux === undefined ? undefined : this.#muxed.target(behindTcpmux.greeting);
  }

  get sink(): Sink | undefined {
    return this.#log?.sink;
  }

  /** The listeners that end when it is given this text. */
  leavingBy(service: Service): readonly Listener[] {
    return this.#ports.leavingBy(service);
  }

  /** Whether it has such an endpoint, and no socket for it. */
  lacks(endpoint: Endpoint): boolean {
    return this.#ports.lacks(endpoint);
  }

  /** Makes its sockets ready. Those that cannot be had yet are tried again by themselves once it has started. */
  prepareStart(inheritance: Inheritance): PortChange {
    return this.#ports.prepare(this.#service, inheritance);
  }

  /**
   * A reload: once it is taken, the next connection is served by the new text; those that run are left alone.
   * @throws SystemError as the constructor does
   */
  prepare(service: Service, inheritance: Inheritance): PortChange {
    const log = this.#shared.logs.of(service);
    const answer = answerOf(service, this.#shared.servers, this.#errors, this);
    const ports = this.#ports.prepare(service, inheritance);
    return {
      ...ports,
      take: () => {
        this.#delegated.recall();
        this.#answer = answer;
        this.#greeter = Greeter.of(service, this.#shared);
        if (!sameTime(this.#service, service)) this.#times = timesOf(service);
        this.#log = log;
        this.#service = service;
        this.#admission.update(service);
        ports.take();
        this.#queue.update(service.limits.queue);
      },
    };
  }

  /** Serves nobody any more. Servers that run go on, and their EXIT lines are still written. */
  close(): void {
    this.#nameWait.end();
    this.#identifier.end();
    this.#delegated.recall();
    this.#queue.close();
    this.#errors.close();
    this.#ports.close();
  }

  /** Tells its running servers, with all their descendants, to end. */
  endServers(): void {
    this.#shared.servers.signalAll('SIGTERM', this);
    this.#delegated.endAll();
  }

  /**
   * A client that comes alone is served here when its program starts quickly. While that lasts nobody else is served, so
   * those who come together, and those of a program that may be slow, are served by other threads. When these have
   * enough to do for this service, its further clients wait in the kernel's queue and not as descriptors of the daemon.
   */
  onConnections(listener: Listener, connections: readonly Connection[]): void {
    if (this.#greeter !== undefined) for (const { descriptor } of connections) this.#greeter.meet(descriptor);
    this.#admit(listener, connections);
  }

  #admit(listener: Listener, connections: readonly Connection[]): void {
    const answer = this.#answer;
    const here = connections.length === 1 && isQuick(answer);
    for (const connection of connections) {
      const decision = this.#gate.judge(listener, connection.peer, connection.local);
      if (decision.verdict === 'allow') this.#letIn(connection, listener, here, decision.banner);
      else if (!this.#mayWait({ listener, connection }, decision)) this.#turningAway.refuse(connection, decision);
    }
    if (answer.kind === 'program' && answer.launches.crowded) this.#ports.hold(listener);
  }

  #letIn(connection: Connection, listener: Listener | undefined, here: boolean, banner?: Uint8Array): void {
    if (banner !== undefined) this.#turningAway.sendByHosts(banner, connection.descriptor);
    if (this.#service.identification?.ofServed === true)
      this.#identifier.ask(connection, () => this.#begin(connection, listener, false));
    else this.#begin(connection, listener, here);
  }

  /** @param listener undefined for a client of tcpmux; `here`: on this thread, and not on another */
  #begin(connection: Connection, listener: Listener | undefined, here: boolean): void {
    const { descriptor, peer, local } = connection;
    const answer = this.#answer;
    this.#greeter?.letIn(descriptor);
    switch (answer.kind) {
      case 'builtin':
      case 'listing':
      case 'redirect':
        this.#delegated.serve(answer, listener, connection);
        return;
      case 'tcpmux':
        this.#delegated.multiplex(this.#shared.muxTargets, listener, connection);
        return;
      case 'sensor':
        closeDescriptor(descriptor);
        return;
      case 'program':
        this.#admission.occupancy.enter(peer.address);
        if (!here) answer.launches.elsewhere(descriptor, { peer, local });
        else answer.launches.here(descriptor, { peer, local });
        if (here) closeDescriptor(descriptor);
    }
  }

  /** Whether it waits for its name to be known, or for its turn, instead of being refused. */
  #mayWait({ listener, connection }: Waiter, refusal: Refusal): boolean {
    if (refusal.verdict === 'ask') {
      return this.#nameWait.keep(refusal.address, connection, () => this.#admit(listener, [connection]));
    }
    return refusal.reason === 'service_limit' && this.#queue.keep({ listener, connection });
  }

  onPending(listener: Listener): void {
    const answer = this.#answer;
    const stream = hasConnections(this.#service.socketType);
    const peer = stream ? undefined : listener.firstSender();
    if (!stream && peer === undefined) return;
    const local = stream ? listener.local : listener.onlyAddress;
    const decision = this.#gate.decide(peer, local);
    if (decision.verdict === 'ask' && this.#nameWait.rest(decision.address, listener)) return;
    if (decision.verdict !== 'allow') {
      this.#refusePending(listener, decision);
      return;
    }
    if (answer.kind === 'sensor') throw new Error('a sensor lets nobody in');
    if (!this.#gate.mayStart(listener)) return;
    if (answer.kind !== 'program') {
      if (peer !== undefined && answer.kind === 'builtin')
        this.#delegated.lend(answer, this.#service.limits.rates !== undefined, listener, peer);
    } else {
      this.#admission.occupancy.enter(peer?.address);
      const failure = answer.launches.handOver(listener, { peer, local });
      if (failure === undefined) return;
      this.#leave(peer);
      this.onAcceptFailure(listener, failure);
    }
  }

  onAcceptFailure(listener: Listener, code: string): void {
    this.#starvation.rest(listener, this.#service.id, code);
  }

  onLaunched(pid: number, { peer }: Ends, waiting: Listener | undefined): Server {
    this.#record({ event: 'start', pid, from: peer?.address });
    const times = this.#times;
    times?.begin(pid);
    return {
      pid,
      peer,
      owner: this,
      awaited: waiting !== undefined,
      startedAt: this.#shared.clock(),
      onExit: (server, facts) => this.#ended(server, facts, waiting, times?.end(pid) ?? false),
    };
  }

  onLaunchFailed(message: string, step: LaunchStep, { peer }: Ends, waiting: Listener | undefined): void {
    this.#shared.log.write('ERROR', `service ${this.#service.id}: ${message}`);
    this.#record({ event: 'fail', reason: step === 'fork' ? 'fork' : 'exec', from: peer?.address });
    this.#leave(peer);
    if (waiting === undefined) return;
    waiting.giveBack();
    this.#ports.holdFor(waiting, launchRetrySeconds);
  }

  /** Clients that waited until others had been launched are accepted again. */
  onRoom(): void {
    this.#ports.unhold();
  }

  #ended(server: Server, facts: ExitFacts, waiting: Listener | undefined, timedOut: boolean): void {
    this.#record({ event: 'exit', facts, seconds: (this.#shared.clock() - server.startedAt) / 1000, timedOut });
    this.#leave(server.peer);
    waiting?.giveBack();
    this.#starvation.relieve();
  }

  /** A place has become free. */
  #leave(peer: Peer | undefined): void {
    this.#admission.occupancy.leave(peer?.address);
    this.#queue.advance();
  }

  /**
   * What came first is taken out of the queue unread, so that the next in it gets its turn; under xinetd such a
   * service answers nobody ever again.
   */
  #refusePending(listener: Listener, refusal: Refusal): void {
    if (listener.state !== 'listening') {
      const from = hasConnections(this.#service.socketType) ? undefined : listener.firstSender()?.address;
      this.#refusals.tell(this.#service, refusal, from);
      return;
    }
    const { peer, failure } = listener.discardFirst();
    if (failure !== undefined) {
      this.onAcceptFailure(listener, failure);
      return;
    }
    this.#refusals.tellSender(this.#service, refusal, peer);
  }

  /** Somebody else has sent to a socket that the worker has. It cannot wait for his name; he may send again. */
  #judgeSender(listener: Listener, sender: Peer): boolean {
    const decision = this.#gate.decide(sender, listener.onlyAddress);
    if (decision.verdict === 'allow') {
      this.#record({ event: 'start', pid: 0, from: sender.address });
      return true;
    }
    if (decision.verdict === 'ask') this.#nameWait.find(decision.address);
    this.#refusals.tellSender(this.#service, decision, sender);
    return false;
  }

  #queueOf(service: Service): Queue {
    const admission = this.#admission;
    return new Queue(service.limits.queue, this.#shared.servers, admission.occupancy, {
      hasRoom: () => admission.occupancy.hasRoom(this.#service.limits),
      takeTurn: ({ connection }) => admission.takeTurn(connection.peer, this.#gate.moment()),
      review: ({ connection }) => admission.review(connection.peer, connection.local),
      serve: ({ connection, listener }, others) => {
        const decision = admission.review(connection.peer, connection.local);
        const banner = decision.verdict === 'allow' ? decision.banner : undefined;
        this.#letIn(connection, listener, others === 0 && isQuick(this.#answer), banner);
      },
      refuse: ({ connection }, refusal) => this.#turningAway.refuse(connection, refusal),
    });
  }

  #record(record: ServiceRecord): void {
    if (this.#log === undefined) return;
    const line = serviceLine(this.#service.id, this.#log.flags, record);
    if (line !== undefined) this.#log.sink.write(line);
  }
}
