/**
 * The control socket of a daemon: a Unix stream socket with mode 0600, or 0660 and a group. Whoever connects is asked
 * for by SO_PEERCRED, and their lines are requests (request.ts). The daemon with its privileges reads these bytes itself:
 * they come from administrators whom the kernel has named, never from a client of a service.
 *
 * A socket file that nobody answers at is replaced. One that another daemon answers at is left alone, and opening fails.
 */
import {
  acceptBatch,
  bindSocketFile,
  closeDescriptor,
  type Descriptor,
  listen,
  openSocket,
  peerCredentials,
  removeSocketFile,
  type SocketFile,
  SystemError,
  setBlocking,
  type Watch,
  watchReadable,
} from '../os/mod.ts';
import { Link } from './link.ts';
import { isAllowed } from './peers.ts';
import { protocolVersion } from './words.ts';

/** Connections at a time; one more is told so and closed. */
const mostLinks = 32;
/** Requests of one caller that wait for the answer to one before them. */
const mostWaiting = 16;
/** Bytes of a request. */
const longestRequest = 4096;
/** More than may be connected, so that one too many is told so and not kept out by the kernel. */
const backlog = 2 * mostLinks;

export interface ControlAddress {
  /** Absolute. */
  readonly path: string;
  /** Whose members may use it besides root and the daemon's user. */
  readonly gid: number | undefined;
}

/** Somebody at the control socket. */
export interface Caller {
  result(value: unknown): void;
  error(message: string): void;
  event(value: object): void;
  /** Called when it has gone. */
  onEnd(job: () => void): void;
}

export class ControlSocket {
  readonly #address: ControlAddress;
  readonly #serve: (line: string, caller: Caller) => Promise<void>;
  readonly #links = new Set<Link>();
  readonly #descriptor: Descriptor;
  readonly #file: SocketFile;
  readonly #watch: Watch;

  /**
   * @param serve answers one line, and never rejects; the next line of the same caller waits for that
   * @throws SystemError when there is no such place, or (EADDRINUSE) another daemon has it
   */
  constructor(address: ControlAddress, serve: (line: string, caller: Caller) => Promise<void>) {
    this.#address = address;
    this.#serve = serve;
    const { path, gid } = address;
    this.#descriptor = openSocket({ family: 'unix', type: 'stream', protocol: 0, nonBlocking: true });
    let file: SocketFile | undefined;
    try {
      file = bindSocketFile(this.#descriptor, 'stream', path, {
        mode: gid === undefined ? 0o600 : 0o660,
        uid: undefined,
        gid,
      });
      listen(this.#descriptor, backlog);
      this.#watch = watchReadable(this.#descriptor, () => this.#accept());
      this.#watch.start();
    } catch (error) {
      if (file !== undefined) removeSocketFile(file);
      closeDescriptor(this.#descriptor);
      throw error;
    }
    this.#file = file;
  }

  /** What has been answered is still sent, as far as the other side reads it at once. */
  close(): void {
    removeSocketFile(this.#file);
    this.#watch.close();
    closeDescriptor(this.#descriptor);
    for (const link of this.#links) link.close();
  }

  #accept(): void {
    const { connections, failure } = acceptBatch(this.#descriptor, backlog);
    for (const { descriptor } of connections) this.#welcome(descriptor);
    // Without descriptors there is no way to say so. A look in a second is enough, and spares the processor.
    if (failure === undefined) return;
    this.#watch.stop();
    setTimeout(() => this.#watch.start(), 1000).unref();
  }

  #welcome(descriptor: Descriptor): void {
    const refusal = this.#refusal(descriptor);
    let link: Link;
    const ends: (() => void)[] = [];
    let last = Promise.resolve();
    let waiting = 0;
    const take = async (line: string): Promise<void> => {
      // Who has been cut off, or has gone, wants nothing done any more.
      if (this.#links.has(link)) await this.#serve(line, caller);
      waiting--;
    };
    const caller: Caller = {
      result: (value) => link.send({ version: protocolVersion, result: value ?? null }),
      error: (message) => link.send({ version: protocolVersion, error: message }),
      event: (value) => link.send({ version: protocolVersion, event: value }),
      onEnd: (job) => ends.push(job),
    };
    try {
      setBlocking(descriptor, false);
      link = new Link(descriptor, longestRequest, {
        onLine: (line) => {
          if (refusal !== undefined) return;
          if (++waiting > mostWaiting) link.close();
          else last = last.then(() => take(line));
        },
        onEnd: () => {
          this.#links.delete(link);
          for (const job of ends) job();
        },
      });
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      return;
    }
    this.#links.add(link);
    if (refusal === undefined) return;
    caller.error(refusal);
    link.end();
  }

  #refusal(descriptor: Descriptor): string | undefined {
    const credentials = peerCredentials(descriptor);
    if (!isAllowed(credentials, this.#address.gid)) return `user ${credentials.uid} may not control this daemon`;
    return this.#links.size >= mostLinks ? 'too many connections to the control socket' : undefined;
  }
}
