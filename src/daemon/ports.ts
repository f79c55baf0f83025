/**
 * The listeners of one service: opened, tried again when an address cannot be had yet, held and paused for a
 * time, carried over a reload, closed.
 *
 * xinetd tries bind(2) eleven times in a row and then forgets the service until a reload; the inetds try again
 * after ten minutes. Here the next attempt comes after one second, then two, four … sixty, so that a service whose
 * address appears late (an interface that is not up yet at boot) comes by itself.
 */
import { familyMissing, Listener, type ListenerObserver, type PassedSockets } from '../listener/mod.ts';
import type { DaemonLog } from '../log/mod.ts';
import type { Endpoint, Service } from '../model/mod.ts';
import { errnoMessage, SystemError } from '../os/mod.ts';
import type { Inheritance } from './inheritance.ts';

/** A socket that could not be had. */
export interface PortFailure {
  readonly endpoint: Endpoint;
  readonly error: SystemError;
}

/**
 * New listeners beside the old ones: what could be opened is open, nothing else has changed. Either {@link undo}, or
 * {@link take} and then, when all services have taken what they were promised, {@link settle}.
 */
export interface PortChange {
  readonly failures: readonly PortFailure[];
  /** Goes over to the new listeners. Those that could not be had are tried again by themselves. */
  take(): void;
  /** Closes what is not wanted any more. */
  settle(): void;
  undo(): void;
}

const longestRetrySeconds = 60;

export interface PortsObserver {
  /** A socket is there that was not: inherited, or had later than it was asked for. */
  onOpened(): void;
  /** A socket could not be had, and has been asked for in vain before or will be again. */
  onFailed(message: string): void;
}

export class Ports {
  readonly #log: DaemonLog;
  readonly #passed: PassedSockets;
  readonly #told: PortsObserver;
  readonly #observer: ListenerObserver;
  /** What a listener waits for: when it is due, and what happens then. */
  #pending: Map<Listener, { readonly timer: NodeJS.Timeout | undefined; readonly due: () => void }> | undefined;
  /** How often a listener without a socket has asked for one. Most never have to, so that there is mostly no map. */
  #attempts: Map<Listener, number> | undefined;
  #service: Service;
  #listeners: Listener[] = [];
  #suspended = false;

  constructor(
    service: Service,
    observer: ListenerObserver,
    log: DaemonLog,
    passed: PassedSockets,
    told: PortsObserver = { onOpened: () => {}, onFailed: () => {} },
  ) {
    this.#passed = passed;
    this.#told = told;
    this.#service = service;
    this.#observer = observer;
    this.#log = log;
  }

  get listeners(): readonly Listener[] {
    return this.#listeners;
  }

  /** How many have a socket or will have it back by themselves after a cps pause. */
  get open(): number {
    return this.#listeners.filter(({ state }) => state !== 'down' && state !== 'closed').length;
  }

  get attempts(): number {
    return Math.max(0, ...this.#listeners.map((listener) => this.#attempts?.get(listener) ?? 0));
  }

  /** The listeners that end when the service says this. */
  leavingBy(service: Service): readonly Listener[] {
    const staying = new Set(service.endpoints.map(endpointKey));
    return this.#listeners.filter(({ endpoint }) => !staying.has(endpointKey(endpoint)));
  }

  /** Whether it has such an endpoint, and no socket for it. */
  lacks(endpoint: Endpoint): boolean {
    const key = endpointKey(endpoint);
    return this.#listeners.some((listener) => listener.state === 'down' && endpointKey(listener.endpoint) === key);
  }

  /** Makes ready what the service says: keeps the listeners that stay, and opens what is new. */
  prepare(service: Service, inheritance: Inheritance): PortChange {
    if (service === this.#service && this.#complete) return unchanged;
    const before = new Map(this.#listeners.map((listener) => [endpointKey(listener.endpoint), listener]));
    const opened: Listener[] = [];
    const failures: PortFailure[] = [];
    const steps: (() => void)[] = [];
    const listeners = service.endpoints.map((endpoint) => {
      const kept = before.get(endpointKey(endpoint));
      before.delete(endpointKey(endpoint));
      if (kept !== undefined) steps.push(() => this.#applyOptions(kept));
      if (kept !== undefined && kept.state !== 'down') return kept;
      const listener = kept ?? new Listener(service, endpoint, this.#observer);
      const promised = inheritance.claim(service, endpoint);
      if (promised !== undefined) steps.push(() => this.#open(listener, 1, () => this.#succeed(listener, promised)));
      else if (kept !== undefined)
        steps.push(() => this.#open(listener, 1, () => this.#obtain(listener, service, inheritance)));
      else {
        const error = failureOf(() => this.#obtain(listener, service, inheritance));
        if (error === undefined) opened.push(listener);
        else steps.push(() => this.#failed(listener, error, 1));
        if (error !== undefined && !unmissed(endpoint, error)) failures.push({ endpoint, error });
      }
      return listener;
    });
    return {
      failures,
      take: () => {
        this.#service = service;
        this.#listeners = listeners;
        if (this.#suspended) this.suspend(true);
        for (const step of steps) step();
      },
      settle: () => {
        for (const gone of before.values()) this.#close(gone);
      },
      undo: () => {
        for (const listener of opened) listener.close();
      },
    };
  }

  /** Whether all that it asks for has a socket, or will have it back. */
  get #complete(): boolean {
    return this.#listeners.length > 0 && this.#listeners.every(({ state }) => state !== 'down');
  }

  get suspended(): boolean {
    return this.#suspended;
  }

  /** An administrator's pause: holds over a reload, for sockets that come too. */
  suspend(suspended: boolean): void {
    this.#suspended = suspended;
    for (const listener of this.#listeners) listener.suspend(suspended);
  }

  /** Leaves the clients of a listener in the kernel's queue for a while. */
  holdFor(listener: Listener, seconds: number, back?: (opened: true) => void): void {
    if (listener.state !== 'listening') return;
    listener.hold();
    this.#later(listener, seconds, () => {
      listener.resume();
      back?.(true);
    });
  }

  /** As {@link holdFor}, until {@link unhold}. */
  hold(listener: Listener): void {
    if (listener.state !== 'listening') return;
    listener.hold();
    this.#wait(listener, undefined, () => listener.resume());
  }

  /** Ends what {@link hold} has begun, and no rest that has another reason. */
  unhold(): void {
    for (const [listener, { timer }] of this.#pending ?? []) if (timer === undefined) this.resume(listener);
  }

  /** Watches a held listener again before its time, because what it waited for is there. */
  resume(listener: Listener): void {
    if (listener.state !== 'held') return;
    const pending = this.#pending?.get(listener);
    this.#cancel(listener);
    pending?.due();
  }

  /** Closes the ports for a while; `back` is called when they are open again, or could not be opened. */
  pauseFor(seconds: number, back: (opened: boolean) => void): void {
    for (const listener of this.#listeners) {
      if (listener.state !== 'listening' && listener.state !== 'held') continue;
      this.#cancel(listener);
      listener.pause();
      this.#later(listener, seconds, () => back(this.#open(listener, 1)));
    }
  }

  /** Ends all listeners. */
  close(): void {
    for (const listener of this.#listeners) this.#close(listener);
  }

  /**
   * A socket that a supervisor has opened for it, or one of its own.
   * @throws SystemError
   */
  #obtain(listener: Listener, service: Service = this.#service, inheritance?: Inheritance): void {
    const { endpoint } = listener;
    const descriptor = this.#passed.claim(service, endpoint);
    if (descriptor === undefined) listener.open(inheritance?.beside(service, endpoint));
    else listener.adopt({ descriptor, file: undefined, busy: undefined });
  }

  /** Goes on with the socket of a listener that ends. */
  #succeed(listener: Listener, ending: Listener): void {
    const bequest = ending.release();
    if (bequest === undefined) this.#obtain(listener);
    else listener.adopt(bequest);
  }

  #open(listener: Listener, attempt: number, open: () => void = () => this.#obtain(listener)): boolean {
    // A reload may come before the next attempt does, and make it pointless.
    this.#cancel(listener);
    const error = failureOf(open);
    if (error !== undefined) {
      this.#failed(listener, error, attempt);
      return false;
    }
    this.#attempts?.delete(listener);
    this.#told.onOpened();
    if (attempt > 1) this.#log.write('NOTICE', `Service ${this.#service.id} has its address now and is active`);
    return true;
  }

  #failed(listener: Listener, error: SystemError, attempt: number): void {
    const { id } = this.#service;
    this.#attempts ??= new Map();
    this.#attempts.set(listener, attempt);
    if (unmissed(listener.endpoint, error)) return;
    const failure = `${error.syscall} failed (${errnoMessage(error.errno)} (errno = ${error.errno}))`;
    this.#told.onFailed(failure);
    if (attempt === 1) {
      this.#log.write('ERROR', `${failure}. service = ${id}`);
      this.#log.write(
        'ERROR',
        `Service ${id} failed to start and is deactivated. It is tried again until it can be started.`,
      );
    }
    const seconds = Math.min(2 ** (attempt - 1), longestRetrySeconds);
    this.#later(listener, seconds, () => this.#open(listener, attempt + 1));
  }

  #applyOptions(listener: Listener): void {
    try {
      listener.update(this.#service);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      this.#log.write(
        'ERROR',
        `service ${this.#service.id}: ${error.syscall}: ${error.message}; its sockets keep their options`,
      );
    }
  }

  #close(listener: Listener): void {
    this.#cancel(listener);
    this.#attempts?.delete(listener);
    listener.close();
  }

  #later(listener: Listener, seconds: number, due: () => void): void {
    this.#cancel(listener);
    const timer = setTimeout(() => {
      this.#pending?.delete(listener);
      due();
    }, seconds * 1000);
    this.#wait(listener, timer, due);
  }

  #wait(listener: Listener, timer: NodeJS.Timeout | undefined, due: () => void): void {
    this.#pending ??= new Map();
    this.#pending.set(listener, { timer, due });
  }

  #cancel(listener: Listener): void {
    clearTimeout(this.#pending?.get(listener)?.timer);
    this.#pending?.delete(listener);
  }
}

const unchanged: PortChange = { failures: [], take: () => {}, settle: () => {}, undo: () => {} };

/** The half of a pair that nobody has asked for by name, on a machine without its family. */
function unmissed(endpoint: Endpoint, error: SystemError): boolean {
  return endpoint.implied && familyMissing(error);
}

function failureOf(act: () => void): SystemError | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof SystemError) return error;
    throw error;
  }
}

/** A Unix socket with another owner or mode is another one, which goes on with the socket of the old. */
function endpointKey(endpoint: Endpoint): string {
  const { family, address, device, port, stack } = endpoint;
  const access = endpoint.family === 'unix' ? ` ${endpoint.mode} ${endpoint.uid} ${endpoint.gid}` : '';
  return `${family} ${address} ${device ?? '*'} ${port} ${stack}${access}`;
}
