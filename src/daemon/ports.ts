/**
 * The listeners of one service: opened, tried again when an address cannot be had yet, held and paused for a
 * time, carried over a reload, closed.
 *
 * xinetd tries bind(2) eleven times in a row and then forgets the service until a reload; the inetds try again
 * after ten minutes. Here the next attempt comes after one second, then two, four … sixty, so that a service whose
 * address appears late (an interface that is not up yet at boot) comes by itself.
 */
import { type Bequest, familyMissing, Listener, type ListenerObserver } from '../listener/mod.ts';
import type { DaemonLog } from '../log/mod.ts';
import type { Endpoint, Service } from '../model/mod.ts';
import { closeDescriptor, errnoMessage, SystemError } from '../os/mod.ts';

/** Gives the bound socket of a listener that ends with this reload, if one fits. */
export type Inheritance = (service: Service, endpoint: Endpoint) => Bequest | undefined;

/** Takes the socket of a listener that ends; false leaves it with the caller. */
export type Heirs = (service: Service, endpoint: Endpoint, bequest: Bequest) => boolean;

const longestRetrySeconds = 60;

export class Ports {
  readonly #log: DaemonLog;
  readonly #observer: ListenerObserver;
  /** What a listener waits for: when it is due, and what happens then. */
  readonly #pending = new Map<Listener, { readonly timer: NodeJS.Timeout; readonly due: () => void }>();
  #service: Service;
  #listeners: Listener[] = [];

  constructor(service: Service, observer: ListenerObserver, log: DaemonLog) {
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

  /** Makes the listeners what the service says: keeps those that stay, closes those that go, opens the others. */
  update(service: Service, inherit: Inheritance): void {
    this.#service = service;
    const before = new Map(this.#listeners.map((listener) => [endpointKey(listener.endpoint), listener]));
    this.#listeners = service.endpoints.map((endpoint) => {
      const key = endpointKey(endpoint);
      const kept = before.get(key);
      before.delete(key);
      return kept ?? new Listener(service, endpoint, this.#observer);
    });
    for (const gone of before.values()) this.#close(gone);
    for (const listener of this.#listeners) {
      if (listener.state !== 'down') this.#applyOptions(listener);
      else this.#open(listener, inherit(service, listener.endpoint), 1);
    }
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

  /** Watches a held listener again before its time, because what it waited for is there. */
  resume(listener: Listener): void {
    if (listener.state !== 'held') return;
    const pending = this.#pending.get(listener);
    this.#cancel(listener);
    pending?.due();
  }

  /** Closes the ports for a while; `back` is called when they are open again, or could not be opened. */
  pauseFor(seconds: number, back: (opened: boolean) => void): void {
    for (const listener of this.#listeners) {
      if (listener.state !== 'listening' && listener.state !== 'held') continue;
      this.#cancel(listener);
      listener.pause();
      this.#later(listener, seconds, () => back(this.#open(listener, undefined, 1)));
    }
  }

  /** Ends all listeners, and gives the sockets that somebody wants to him. */
  release(heirs: Heirs): void {
    for (const listener of this.#listeners) {
      this.#cancel(listener);
      const bequest = listener.release();
      if (bequest !== undefined && !heirs(this.#service, listener.endpoint, bequest))
        closeDescriptor(bequest.descriptor);
    }
  }

  #open(listener: Listener, inherited: Bequest | undefined, attempt: number): boolean {
    // A reload may come before the next attempt does, and make it pointless.
    this.#cancel(listener);
    try {
      if (inherited === undefined) listener.open();
      else listener.adopt(inherited);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      this.#failed(listener, error, attempt);
      return false;
    }
    if (attempt > 1) this.#log.write('NOTICE', `Service ${this.#service.id} has its address now and is active`);
    return true;
  }

  #failed(listener: Listener, error: SystemError, attempt: number): void {
    const { id } = this.#service;
    if (listener.endpoint.implied && familyMissing(error)) return;
    if (attempt === 1) {
      this.#log.write(
        'ERROR',
        `${error.syscall} failed (${errnoMessage(error.errno)} (errno = ${error.errno})). service = ${id}`,
      );
      this.#log.write(
        'ERROR',
        `Service ${id} failed to start and is deactivated. It is tried again until it can be started.`,
      );
    }
    const seconds = Math.min(2 ** (attempt - 1), longestRetrySeconds);
    this.#later(listener, seconds, () => this.#open(listener, undefined, attempt + 1));
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
    listener.close();
  }

  #later(listener: Listener, seconds: number, due: () => void): void {
    this.#cancel(listener);
    const timer = setTimeout(() => {
      this.#pending.delete(listener);
      due();
    }, seconds * 1000);
    this.#pending.set(listener, { timer, due });
  }

  #cancel(listener: Listener): void {
    clearTimeout(this.#pending.get(listener)?.timer);
    this.#pending.delete(listener);
  }
}

function endpointKey({ family, address, port, stack }: Endpoint): string {
  return `${family} ${address} ${port} ${stack}`;
}
