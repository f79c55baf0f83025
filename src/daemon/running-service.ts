/**
 * A service at work: its text, its sockets, its log. It outlives its text: a reload gives it a new Service and keeps
 * sockets, servers and counts.
 *
 * Most of the services of a large configuration wait for a client for days. So what deals with clients (reception.ts) is
 * made when the first one comes, or earlier where something has to run before that.
 */
import type { ForkserverFacts } from '../launch/mod.ts';
import type { Listener, ListenerObserver } from '../listener/mod.ts';
import type { Sink } from '../log/mod.ts';
import type { ServiceCounters } from '../metrics/mod.ts';
import type { Endpoint, Service } from '../model/mod.ts';
import { type Connection, closeDescriptor, type Descriptor, SystemError } from '../os/mod.ts';
import type { MuxTarget } from './behind-tcpmux.ts';
import type { WorkerClient } from './delegated.ts';
import type { Inheritance } from './inheritance.ts';
import { type PortChange, Ports, type PortsObserver } from './ports.ts';
import { Reception } from './reception.ts';
import { type ServiceError, ServiceEvents } from './service-events.ts';
import { launchRetrySeconds } from './service-servers.ts';
import type { Shared } from './shared.ts';

export class RunningService implements ListenerObserver, PortsObserver {
  readonly #shared: Shared;
  readonly #events: ServiceEvents;
  readonly #ports: Ports;
  #service: Service;
  #reception: Reception | undefined;

  /** @throws SystemError when its log cannot be opened, or memory for a plan cannot be had that is needed at once */
  constructor(service: Service, shared: Shared) {
    this.#service = service;
    this.#shared = shared;
    this.#events = new ServiceEvents(service, shared.logs.of(service), shared);
    this.#ports = new Ports(service, this, shared.log, shared.passed, this);
    if (startsBeforeClients(service)) this.#reception = this.#receptionOf(service);
  }

  get service(): Service {
    return this.#service;
  }

  /** Servers running now. */
  get running(): number {
    return this.#reception?.running ?? 0;
  }

  /** Of these, clients without a server as yet: an ident server is asked about them, or the name service. */
  get identifying(): number {
    return this.#reception?.identifying ?? 0;
  }

  /** Of these, clients whom the worker serves; also of an internal service that a reload has made a program. */
  get delegated(): number {
    return this.#reception?.delegated ?? 0;
  }

  /** These clients. */
  get delegatedClients(): Iterable<WorkerClient> {
    return this.#reception?.delegatedClients ?? [];
  }

  /** How its fork server is; undefined where it has none. */
  get forkserver(): ForkserverFacts | undefined {
    return this.#reception?.forkserver;
  }

  /** Accepted connections that wait in the queue. */
  get queued(): readonly Descriptor[] {
    return this.#reception?.queued ?? [];
  }

  get runningOfSources(): number {
    return this.#reception?.runningOfSources ?? 0;
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
    if (behindTcpmux === undefined) return undefined;
    return this.#receive()?.muxTarget(behindTcpmux.greeting);
  }

  get sink(): Sink | undefined {
    return this.#events.sink;
  }

  /** What has happened to its clients since it came. */
  get counters(): ServiceCounters {
    return this.#events.counters;
  }

  /** Why a server could not be started, a client not be passed on, or a socket not be had, last. */
  get lastError(): ServiceError | undefined {
    return this.#events.lastError;
  }

  /** Whether an administrator has paused it. */
  get paused(): boolean {
    return this.#ports.suspended;
  }

  /** Lets clients wait in the kernel's queue, or serves them again. Servers that run go on. */
  pause(paused: boolean): void {
    if (paused) this.#reception?.recall();
    this.#ports.suspend(paused);
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
    return this.#withSameText(inheritance, () => this.#reception?.begin());
  }

  /**
   * A reload: once it is taken, the next connection is served by the new text; those that run are left alone.
   * @throws SystemError as the constructor does
   */
  prepare(service: Service, inheritance: Inheritance): PortChange {
    // A program may have changed, and a socket may be had that could not be had before.
    if (service === this.#service) return this.#withSameText(inheritance, () => this.#reception?.renew());
    const log = this.#shared.logs.of(service);
    const before = this.#reception;
    const takeText = before?.prepare(service);
    const made = before === undefined && startsBeforeClients(service) ? this.#receptionOf(service) : undefined;
    const ports = this.#ports.prepare(service, inheritance);
    return {
      ...ports,
      take: () => {
        before?.recall();
        takeText?.();
        if (made !== undefined) {
          this.#reception = made;
          made.begin();
        }
        this.#events.update(service, log);
        this.#service = service;
        ports.take();
        before?.settle();
      },
    };
  }

  /** @param first what is done before its sockets are taken */
  #withSameText(inheritance: Inheritance, first: () => void): PortChange {
    const ports = this.#ports.prepare(this.#service, inheritance);
    return {
      ...ports,
      take: () => {
        first();
        ports.take();
      },
    };
  }

  /** Serves nobody any more. Servers that run go on, and their EXIT lines are still written. */
  close(): void {
    this.#reception?.close();
    this.#ports.close();
    this.#events.close();
  }

  /** Tells its running servers, with all their descendants, to end. */
  endServers(): void {
    this.#reception?.endServers();
  }

  onConnections(listener: Listener, connections: readonly Connection[]): void {
    const reception = this.#receive();
    if (reception !== undefined) {
      reception.onConnections(listener, connections);
      return;
    }
    this.#events.accepted(connections.length);
    for (const { peer, descriptor } of connections) {
      closeDescriptor(descriptor);
      this.#events.record({ event: 'fail', reason: 'exec', from: peer.address });
    }
  }

  onPending(listener: Listener): void {
    const reception = this.#receive();
    if (reception === undefined) this.#ports.holdFor(listener, launchRetrySeconds);
    else reception.onPending(listener);
  }

  onAcceptFailure(listener: Listener, code: string): void {
    const reception = this.#receive();
    if (reception === undefined) this.#ports.holdFor(listener, launchRetrySeconds);
    else reception.onAcceptFailure(listener, code);
  }

  onOpened(): void {
    if (this.#service.rpc !== undefined) this.#shared.rpcPortOpened();
  }

  onFailed(message: string): void {
    this.#events.remember(message);
  }

  /** undefined when it cannot be had; that has been told then, and the next client tries again. */
  #receive(): Reception | undefined {
    if (this.#reception !== undefined) return this.#reception;
    try {
      this.#reception = this.#receptionOf(this.#service);
      this.#reception.begin();
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      this.#events.complain(`clients cannot be served: ${error.message}`);
    }
    return this.#reception;
  }

  #receptionOf(service: Service): Reception {
    return new Reception(service, { owner: this, ports: this.#ports, events: this.#events }, this.#shared);
  }
}

/** A fork server may be started with its service. */
function startsBeforeClients({ server }: Service): boolean {
  return server.kind === 'program' && server.forkserver !== undefined;
}
