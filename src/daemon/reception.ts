/**
 * What a service does with its clients: who is admitted, who waits for what, which servers there are. It is made when the
 * first client comes, and outlives the text of its service: a reload gives it a new one and keeps servers and counts.
 *
 * A connection goes accept → admission → launch → START; a server's exit goes EXIT → slot released → (for `wait`)
 * listener watched again. Nothing here waits, and nothing here throws for what a client or the system does.
 */
import { type EndNames, type ForkserverFacts, remoteInfo, type ServerTimes } from '../launch/mod.ts';
import type { Listener } from '../listener/mod.ts';
import type { Peer, Service, ServiceRecord } from '../model/mod.ts';
import { type Connection, closeDescriptor, type Descriptor } from '../os/mod.ts';
import { Admission } from './admission.ts';
import { type Answer, answerOf, isQuick, takeOver } from './answer.ts';
import { MuxedService, type MuxTarget } from './behind-tcpmux.ts';
import { Delegated, type WorkerClient } from './delegated.ts';
import { ErrorOutput } from './error-output.ts';
import { Gate } from './gate.ts';
import { Greeter } from './greeter.ts';
import { Identifier } from './identifier.ts';
import { NameWait } from './name-wait.ts';
import { Naming } from './naming.ts';
import { Pending } from './pending.ts';
import type { Ports } from './ports.ts';
import { Queue, type Waiter } from './queue.ts';
import { type Refusal, Refusals } from './refusal.ts';
import { sameTime, timesOf } from './server-times.ts';
import type { ServiceEvents } from './service-events.ts';
import { launchRetrySeconds, ServiceServers } from './service-servers.ts';
import type { Shared } from './shared.ts';
import { Starvation } from './starvation.ts';
import { TurningAway } from './turning-away.ts';

/** The worker cannot take more: clients queue this long, or until it can. */
const workerRetrySeconds = 1;

/** What it is part of. */
export interface ReceivingService {
  /** Whose servers they are. */
  readonly owner: object;
  readonly ports: Ports;
  readonly events: ServiceEvents;
}

export class Reception {
  readonly #shared: Shared;
  readonly #owner: object;
  readonly #ports: Ports;
  readonly #events: ServiceEvents;
  #service: Service;
  #answer: Answer;
  #greeter: Greeter | undefined;
  #times: ServerTimes | undefined;
  readonly #admission: Admission;
  readonly #gate: Gate;
  readonly #nameWait: NameWait;
  readonly #identifier: Identifier;
  readonly #naming: Naming;
  readonly #turningAway: TurningAway;
  readonly #queue: Queue;
  readonly #delegated: Delegated;
  readonly #serving: ServiceServers;
  readonly #pending: Pending;
  readonly #refusals: Refusals;
  readonly #muxed: MuxedService;
  readonly #starvation: Starvation;
  readonly #errors: ErrorOutput;

  /** @throws SystemError when memory for its launch plan, or a descriptor that it needs, cannot be had */
  constructor(service: Service, { owner, ports, events }: ReceivingService, shared: Shared) {
    this.#service = service;
    this.#shared = shared;
    this.#owner = owner;
    this.#ports = ports;
    this.#events = events;
    const record = (what: ServiceRecord): void => events.record(what);
    const complain = (message: string): void => events.complain(message);
    this.#errors = new ErrorOutput(shared.log, record);
    this.#admission = new Admission(service, shared.sources, shared.guard);
    this.#times = timesOf(service);
    this.#starvation = new Starvation(this.#ports, shared);
    this.#serving = new ServiceServers({
      owner: this.#owner,
      clock: shared.clock,
      events: this.#events,
      ports: this.#ports,
      starvation: this.#starvation,
      times: () => this.#times,
      leave: (peer) => this.#leave(peer),
    });
    this.#answer = answerOf(service, shared, this.#errors, this.#serving);
    this.#greeter = Greeter.of(service, shared);
    this.#gate = new Gate(() => this.#service, this.#admission, this.#ports, shared);
    this.#nameWait = new NameWait(shared, this.#ports);
    const kept = {
      occupancy: this.#admission.occupancy,
      record,
      review: ({ peer, local }: Connection) => this.#admission.review(peer, local),
      turnAway: (connection: Connection, refusal: Refusal) => this.#turningAway.refuse(connection, refusal),
      advance: () => this.#queue.advance(),
    };
    this.#identifier = new Identifier(shared.worker, {
      ...kept,
      required: () => this.#service.identification?.required === true,
      dismiss: ({ descriptor }) => this.#turningAway.close(descriptor),
    });
    this.#naming = new Naming(shared.inquiries, { ...kept, service: () => this.#service });
    this.#refusals = new Refusals(shared, record);
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
      enter: (peer: Peer | undefined) => this.#admission.occupancy.enter(peer?.address),
      leave: (peer: Peer | undefined) => this.#leave(peer),
    };
    this.#muxed = new MuxedService({
      ...places,
      decide: (peer, local) => this.#gate.judge(undefined, peer, local),
      refuse: (refusal, peer) => this.#refusals.tell(this.#service, refusal, peer.address),
      ask: (address, answered, dismissed) => this.#nameWait.ask(address, answered, dismissed),
      serve: (connection) => this.#letIn(connection, undefined, false),
    });
    this.#pending = new Pending({
      ...places,
      service: () => this.#service,
      answer: () => this.#answer,
      gate: this.#gate,
      events: this.#events,
      refusals: this.#refusals,
      nameWait: this.#nameWait,
      delegated: () => this.#delegated,
      starve: (listener, code) => this.onAcceptFailure(listener, code),
      hold: (listener) => this.#ports.hold(listener),
      complain,
      clock: shared.clock,
    });
    this.#delegated = new Delegated(shared.worker, shared.clock, {
      ...places,
      record,
      timeout: () => this.#service.limits.timeout?.seconds,
      list: shared.list,
      metrics: shared.metrics,
      complain,
      judge: (listener, sender) => this.#pending.judgeSender(listener, sender),
      rest: (listener) => this.#ports.holdFor(listener, workerRetrySeconds),
      retry: (listener) => this.#ports.holdFor(listener, launchRetrySeconds),
      resume: (listener) => this.#ports.resume(listener),
    });
    this.#queue = this.#queueOf(service);
  }

  /** Servers running now. */
  get running(): number {
    return this.#admission.occupancy.running;
  }

  get runningOfSources(): number {
    return this.#admission.occupancy.runningOfSources;
  }

  /** Of these, clients without a server as yet: an ident server is asked about them, or the name service. */
  get identifying(): number {
    return this.#identifier.waiting + this.#naming.waiting;
  }

  /** Of these, clients whom the worker serves; also of an internal service that a reload has made a program. */
  get delegatedClients(): Iterable<WorkerClient> {
    return this.#delegated.clients;
  }

  /** How many these are. */
  get delegated(): number {
    return this.#delegated.served;
  }

  /** How its fork server is; undefined where it has none. */
  get forkserver(): ForkserverFacts | undefined {
    return this.#answer.kind === 'program' ? this.#answer.launches.forkserver?.facts : undefined;
  }

  /** Accepted connections that wait in the queue. */
  get queued(): readonly Descriptor[] {
    return this.#queue.descriptors;
  }

  /** As it is reached through tcpmux. */
  muxTarget(greeting: MuxTarget['greeting']): MuxTarget {
    return this.#muxed.target(greeting);
  }

  /** It answers from now on; nobody has before it. */
  begin(): void {
    takeOver(this.#answer, undefined);
  }

  /** A reload that leaves the text as it is. */
  renew(): void {
    takeOver(this.#answer, this.#answer);
  }

  /**
   * A reload.
   * @returns goes over to the new text
   * @throws SystemError as the constructor does
   */
  prepare(service: Service): () => void {
    const answer = answerOf(service, this.#shared, this.#errors, this.#serving, this.#answer);
    return () => {
      takeOver(answer, this.#answer);
      this.#answer = answer;
      this.#greeter = Greeter.of(service, this.#shared);
      if (!sameTime(this.#service, service)) this.#times = timesOf(service);
      this.#service = service;
      this.#admission.update(service);
    };
  }

  /** After a reload has given the service its sockets: who waits may have his turn, or none. */
  settle(): void {
    this.#queue.update(this.#service.limits.queue);
  }

  /** Takes back what the worker has been lent. */
  recall(): void {
    this.#delegated.recall();
  }

  /** Serves nobody any more. Servers that run go on, and their EXIT lines are still written. */
  close(): void {
    this.#nameWait.end();
    this.#identifier.end();
    this.#naming.end();
    this.#delegated.recall();
    this.#queue.close();
    this.#refusals.close();
    takeOver(undefined, this.#answer);
    this.#errors.close();
  }

  /** Tells its running servers, with all their descendants, to end. */
  endServers(): void {
    this.#shared.servers.signalAll('SIGTERM', this.#owner);
    this.#delegated.endAll();
  }

  /**
   * A client that comes alone is served here when its program starts quickly. While that lasts nobody else is served, so
   * those who come together, and those of a program that may be slow, are served by other threads. When these have
   * enough to do for this service, its further clients wait in the kernel's queue and not as descriptors of the daemon.
   */
  onConnections(listener: Listener, connections: readonly Connection[]): void {
    this.#events.accepted(connections.length);
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
    if (this.#service.identification?.ofServed === true && connection.peer.credentials === undefined)
      this.#identifier.ask(connection, (user) => this.#name(connection, listener, false, user));
    else this.#name(connection, listener, here);
  }

  #name(connection: Connection, listener: Listener | undefined, here: boolean, said?: string): void {
    const user = said === undefined ? undefined : remoteInfo(said);
    this.#naming.ask(connection, (names, waited) =>
      this.#begin(connection, listener, here && !waited, { ...names, user }),
    );
  }

  /** @param listener undefined for a client of tcpmux; `here`: on this thread, and not on another */
  #begin(connection: Connection, listener: Listener | undefined, here: boolean, names: EndNames): void {
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
      case 'auth':
        this.#delegated.answerAuth(answer, listener, connection);
        return;
      case 'metrics':
        this.#delegated.tellMetrics(listener, connection);
        return;
      case 'sensor':
        closeDescriptor(descriptor);
        return;
      case 'program': {
        const { occupancy } = this.#admission;
        occupancy.enter(peer.address);
        const ends = { peer, local, names, ofSource: occupancy.runningOf(peer.address) };
        answer.launches.serve(descriptor, ends, here);
      }
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
    this.#pending.serve(listener);
  }

  onAcceptFailure(listener: Listener, code: string): void {
    this.#starvation.rest(listener, this.#service.id, code);
  }

  /** A place has become free. */
  #leave(peer: Peer | undefined): void {
    this.#admission.occupancy.leave(peer?.address);
    this.#queue.advance();
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
}
