/**
 * What the clients of a service see before their server starts, or in its place.
 *
 * Nobody is waited for. A banner that does not fit into the socket's buffer gets a larger one, and what does not fit
 * into that either is cut; with the size of banners bounded, that takes a system that is out of memory. The bytes are
 * in the socket's queue before a server starts, so they come before whatever that writes.
 */
import type { DaemonLog } from '../log/mod.ts';
import type { Banners, Service } from '../model/mod.ts';
import { type Descriptor, SystemError, sendNow, setSocketOption } from '../os/mod.ts';
import { type BannerFiles, largestBanner } from './banner-files.ts';
import type { Farewells } from './farewells.ts';

/** For SO_SNDBUF: two banners, and as much again for what the kernel needs to keep them. */
const roomyBuffer = 4 * largestBanner;

/** What all services share for it. */
export interface Greetings {
  readonly bannerFiles: BannerFiles;
  readonly farewells: Farewells;
  readonly log: DaemonLog;
}

export class Greeter {
  readonly #id: string;
  readonly #banners: Banners;
  readonly #shared: Greetings;

  /** @returns undefined for a service without banners: nothing is done for each client of it then */
  static of({ id, banners }: Service, shared: Greetings): Greeter | undefined {
    return banners === undefined ? undefined : new Greeter(id, banners, shared);
  }

  constructor(id: string, banners: Banners, shared: Greetings) {
    this.#id = id;
    this.#banners = banners;
    this.#shared = shared;
  }

  /** Somebody has connected, and nothing has been decided. */
  meet(descriptor: Descriptor): void {
    this.#send(this.#banners.always, descriptor);
  }

  /** The client is let in; its server has not started. */
  letIn(descriptor: Descriptor): void {
    this.#send(this.#banners.success, descriptor);
  }

  /** The client is refused. @returns whether it has been sent something, and should be able to read it */
  regret(descriptor: Descriptor): boolean {
    const { always, failure } = this.#banners;
    this.#send(failure, descriptor);
    return always !== undefined || failure !== undefined;
  }

  #send(path: string | undefined, descriptor: Descriptor): void {
    const bytes = path === undefined ? undefined : this.#shared.bannerFiles.bytesOf(path, this.#id);
    if (bytes !== undefined) sendBanner(bytes, descriptor, `service = ${this.#id}, banner ${path}`, this.#shared.log);
  }
}

/**
 * Sends what the system takes without waiting.
 * @param what names it in the log, should it have to be cut
 */
export function sendBanner(bytes: Uint8Array, descriptor: Descriptor, what: string, log: DaemonLog): void {
  if (bytes.length === 0) return;
  let sent = sendNow(descriptor, bytes);
  if (sent === bytes.length) return;
  if (enlarge(descriptor)) sent += sendNow(descriptor, bytes.subarray(sent));
  if (sent < bytes.length) log.write('WARNING', `${what} was cut after ${sent} bytes`);
}

/** @returns false when the client has gone in the meantime */
function enlarge(descriptor: Descriptor): boolean {
  try {
    setSocketOption(descriptor, 'sendBuffer', roomyBuffer);
    return true;
  } catch (error) {
    if (error instanceof SystemError) return false;
    throw error;
  }
}
