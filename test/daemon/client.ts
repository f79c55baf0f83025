/** Clients of the services under test: real sockets, bounded in time by the test's own limit. */
import { createSocket } from 'node:dgram';
import { connect, type Socket } from 'node:net';

import { onTestFinished } from 'vitest';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** What came until the other side closed; `reset` when it ended with RST instead of FIN. */
export interface Conversation {
  readonly text: string;
  readonly reset: boolean;
}

export interface TalkOptions {
  readonly send?: string | Buffer;
  /** Close our side after sending (the default); false leaves it open until the server closes. */
  readonly halfClose?: boolean;
  /** The client's own address, e.g. 127.0.0.2 for another source. */
  readonly from?: string;
  /** The client's own port. */
  readonly fromPort?: number;
}

/** Connects, sends, reads until the end. Rejects when the connection is refused. */
export function talk({ host, port }: Address, options: TalkOptions = {}): Promise<Conversation> {
  const { send = '', halfClose = true, from, fromPort } = options;
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port,
      ...(from === undefined ? {} : { localAddress: from }),
      ...(fromPort === undefined ? {} : { localPort: fromPort }),
    });
    const chunks: Buffer[] = [];
    let connected = false;
    const end = (reset: boolean): void => {
      socket.destroy();
      resolve({ text: Buffer.concat(chunks).toString('latin1'), reset });
    };
    socket.on('connect', () => {
      connected = true;
      if (halfClose) socket.end(send);
      else socket.write(send);
    });
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('end', () => end(false));
    socket.on('error', (error) => (connected ? end(true) : reject(error)));
  });
}

/** An open connection that the test ends itself. */
export interface OpenConnection {
  readonly socket: Socket;
  write(text: string): void;
  /** Resolves when the text received so far matches. */
  receive(pattern: RegExp): Promise<string>;
  /** Resolves with everything received when the other side has closed. */
  closed(): Promise<string>;
  close(): void;
}

export function open({ host, port }: Address, from?: string): Promise<OpenConnection> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, ...(from === undefined ? {} : { localAddress: from }) });
    let text = '';
    let ended = false;
    const waiting = new Set<() => void>();
    const changed = (): void => {
      for (const check of waiting) check();
    };
    const until = (done: () => boolean): Promise<string> =>
      new Promise((found) => {
        const check = (): void => {
          if (!done()) return;
          waiting.delete(check);
          found(text);
        };
        waiting.add(check);
        check();
      });
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      changed();
    });
    socket.on('close', () => {
      ended = true;
      changed();
    });
    socket.once('error', reject);
    socket.on('connect', () => {
      socket.off('error', reject);
      onTestFinished(() => void socket.destroy());
      socket.on('error', () => {
        ended = true;
        changed();
      });
      resolve({
        socket,
        write: (more) => void socket.write(more),
        receive: (pattern) => until(() => pattern.test(text)),
        closed: () => until(() => ended),
        close: () => void socket.destroy(),
      });
    });
  });
}

/** A UDP client with one port of its own, so that answers find it. */
export class UdpClient {
  readonly #socket;
  readonly #answers: string[] = [];
  readonly #received: string[] = [];
  readonly #waiting: ((answer: string) => void)[] = [];
  #closed = false;

  /** @param from its own address, and its own port */
  constructor(family: 'udp4' | 'udp6' = 'udp4', from?: string, port = 0) {
    this.#socket = createSocket(family);
    this.#socket.bind(port, from ?? (family === 'udp4' ? '127.0.0.1' : '::1'));
    onTestFinished(() => this.close());
    this.#socket.on('message', (message) => {
      const text = message.toString('latin1');
      this.#received.push(text);
      const next = this.#waiting.shift();
      if (next === undefined) this.#answers.push(text);
      else next(text);
    });
  }

  /** Its own port, which servers see as UDPREMOTEPORT. */
  get port(): number {
    return this.#socket.address().port;
  }

  send({ host, port }: Address, text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const bytes = Buffer.from(text, 'latin1');
      this.#socket.send(bytes, port, host, (error) => (error === null ? resolve() : reject(error)));
    });
  }

  /** All that has come so far, whoever has taken it as an answer. */
  get received(): readonly string[] {
    return this.#received;
  }

  answer(): Promise<string> {
    const ready = this.#answers.shift();
    return ready === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(ready);
  }

  close(): void {
    if (!this.#closed) this.#socket.close();
    this.#closed = true;
  }
}
