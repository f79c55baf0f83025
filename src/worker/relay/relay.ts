/**
 * One redirected connection: bytes go both ways between a client and the target until both directions have ended.
 *
 * Each direction ends by itself: a client that has sent everything and closes its side still gets the answer (xinetd
 * closes both as soon as one ends). A side that does not read stops the reading from the other, so that no connection
 * holds more than the buffers of its two streams and sockets. An error on one side resets the other. Both may be silent
 * for as long as they like, as in xinetd.
 */
import { connect, type Socket } from 'node:net';

import type { RedirectTarget } from '../../model/mod.ts';
import type { Descriptor } from '../../os/mod.ts';
import { flow, passing, socketOf } from '../flow/mod.ts';
import type { RelayFailure } from '../protocol.ts';
import { lookup } from './lookup.ts';

interface RelayEnd {
  /** Bytes from the client and to it. */
  readonly received: number;
  readonly sent: number;
  /** Why the target could not be reached. */
  readonly failure?: RelayFailure;
}

/** For finding the address and connecting together; xinetd waits as long as its kernel does, some two minutes. */
const connectMilliseconds = 30_000;
/** ETIMEDOUT. */
const timedOut = 110;

/**
 * @param connection belongs to this from now on
 * @param ended called once, when all is closed, maybe before this returns
 * @returns ends it at once
 */
export function relay(target: RedirectTarget, connection: Descriptor, ended: (end: RelayEnd) => void): () => void {
  let ends: { readonly from: Socket; readonly to: Socket };
  const client = socketOf(
    connection,
    passing(() => ends),
  );
  if (client === undefined) {
    ended({ received: 0, sent: 0 });
    return () => {};
  }
  const { host, port, keepAlive } = target;
  const onread = passing(() => ({ from: server, to: client }));
  const server: Socket = connect({ host, port, keepAlive, lookup, allowHalfOpen: true, noDelay: true, onread });
  ends = { from: client, to: server };
  const run = new Relay(client, server, host, ended);
  return () => run.end();
}

class Relay {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #ended: (end: RelayEnd) => void;
  readonly #patience: NodeJS.Timeout;
  #connected = false;
  #failure: RelayFailure | undefined;
  #open = 2;

  constructor(client: Socket, server: Socket, host: string, ended: (end: RelayEnd) => void) {
    this.#client = client;
    this.#server = server;
    this.#ended = ended;
    this.#patience = setTimeout(() => {
      this.#failure = { at: 'connect', address: server.remoteAddress ?? host, errno: timedOut };
      server.destroy();
    }, connectMilliseconds);
    server.once('connect', () => this.#begin());
    server.on('error', (error) => {
      if (!this.#connected) this.#failure ??= failureOf(error, host);
    });
    server.once('close', () => this.#close(client));
    // A client that has gone; `close` follows.
    client.on('error', () => {});
    client.once('close', () => this.#close(server));
  }

  end(): void {
    this.#client.destroy();
    this.#server.destroy();
  }

  /** What the client has sent meanwhile waits: a buffer of it in the server's stream, the rest in its socket. */
  #begin(): void {
    this.#connected = true;
    clearTimeout(this.#patience);
    this.#client.setNoDelay(true);
    flow(this.#client, this.#server);
    flow(this.#server, this.#client);
  }

  /** One side is closed; the other goes on when both of its own directions have not ended yet. */
  #close(other: Socket): void {
    clearTimeout(this.#patience);
    const one = other === this.#client ? this.#server : this.#client;
    if (!this.#connected) other.destroy();
    else if (one.errored !== null && !other.destroyed) other.resetAndDestroy();
    if (--this.#open > 0) return;
    const traffic = { received: this.#client.bytesRead, sent: this.#client.bytesWritten };
    this.#ended(this.#failure === undefined ? traffic : { ...traffic, failure: this.#failure });
  }
}

/** Of several addresses the last one's is told. */
function failureOf(error: Error, host: string): RelayFailure {
  const last: unknown = error instanceof AggregateError ? error.errors.at(-1) : error;
  const { syscall, address, errno, code } = fieldsOf(last);
  if (syscall === 'getaddrinfo' || typeof errno !== 'number') return { at: 'lookup', code: String(code) };
  return { at: 'connect', address: typeof address === 'string' ? address : host, errno: Math.abs(errno) };
}

function fieldsOf(error: unknown): Readonly<Record<string, unknown>> {
  return typeof error === 'object' && error !== null ? { ...error } : {};
}
