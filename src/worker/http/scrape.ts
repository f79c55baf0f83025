/**
 * HTTP for whoever scrapes the metrics: one request on one connection, GET or HEAD of `/metrics`, answered with the text
 * that the daemon gives. Everything else gets a status that says what is wrong. The connection is closed afterwards.
 *
 * A request has a length and a time, and so has the answer: who exceeds one of them is cut off. A body is not read.
 */
import type { Socket } from 'node:net';

import type { Descriptor } from '../../os/mod.ts';
import { socketOf } from '../flow/mod.ts';
import type { ScrapeJob } from '../protocol.ts';

export interface ScrapeObserver {
  /** The metrics are wanted: {@link Scrape.reply} has to follow. */
  onWanted(): void;
  /** Called once, when the descriptor is closed. */
  onEnded(traffic: { readonly received: number; readonly sent: number }): void;
}

/** Of a request line with its headers, in bytes. */
const longestRequest = 8192;
/** Of what the daemon says, in characters. */
const longestAnswer = 16 * 1024 * 1024;

/** Prometheus text exposition format. */
const textType = 'text/plain; version=0.0.4; charset=utf-8';

type Status =
  | '200 OK'
  | '400 Bad Request'
  | '404 Not Found'
  | '405 Method Not Allowed'
  | '431 Request Header Fields Too Large';

export class Scrape {
  readonly #observer: ScrapeObserver;
  readonly #socket: Socket | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  #request = '';
  #headOnly = false;
  #answered = false;
  readonly #parts: string[] = [];
  #length = 0;

  /** @param connection belongs to this from now on; closed when there is no memory for it */
  constructor({ milliseconds }: ScrapeJob, connection: Descriptor, observer: ScrapeObserver) {
    this.#observer = observer;
    const socket = socketOf(connection);
    this.#socket = socket;
    if (socket === undefined) {
      observer.onEnded({ received: 0, sent: 0 });
      return;
    }
    this.#timer = setTimeout(() => socket.destroy(), milliseconds);
    // A client that has gone; `close` follows.
    socket.on('error', () => {});
    socket.once('close', () => {
      clearTimeout(this.#timer);
      observer.onEnded({ received: socket.bytesRead, sent: socket.bytesWritten });
    });
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    socket.once('end', () => {
      if (!this.#answered) this.#answer('400 Bad Request', 'the request has no end\n');
    });
  }

  /** A part of the metrics; the last one when nothing `follows`. */
  reply(text: string, follows: boolean): void {
    this.#length += text.length;
    if (this.#length > longestAnswer) this.end();
    if (this.#socket?.destroyed !== false) return;
    this.#parts.push(text);
    if (!follows) this.#answer('200 OK', this.#parts.join(''));
  }

  end(): void {
    this.#socket?.destroy();
  }

  #take(bytes: Buffer): void {
    if (this.#answered) return;
    this.#request += bytes.toString('latin1');
    const [head] = /^.*?\r?\n\r?\n/s.exec(this.#request) ?? [];
    if (head === undefined && this.#request.length <= longestRequest) return;
    if (head === undefined || head.length > longestRequest) {
      this.#answer('431 Request Header Fields Too Large', `a request has at most ${longestRequest} bytes\n`);
      return;
    }
    this.#obey(head);
  }

  #obey(head: string): void {
    const [, method = '', target = ''] = /^([A-Z]+) (\S+) HTTP\/1\.[01]\r?\n/.exec(head) ?? [];
    this.#headOnly = method === 'HEAD';
    if (method === '') this.#answer('400 Bad Request', 'that is no request of HTTP/1.1\n');
    else if (method !== 'GET' && method !== 'HEAD') this.#answer('405 Method Not Allowed', 'use GET\n');
    else if (!/^\/metrics(\?.*)?$/.test(target)) this.#answer('404 Not Found', 'the metrics are at /metrics\n');
    else {
      // From here on it is the daemon's turn, which takes a bounded time.
      this.#answered = true;
      this.#observer.onWanted();
    }
  }

  #answer(status: Status, body: string): void {
    this.#answered = true;
    const lines = [
      `HTTP/1.1 ${status}`,
      `Content-Type: ${status === '200 OK' ? textType : 'text/plain; charset=utf-8'}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      ...(status === '405 Method Not Allowed' ? ['Allow: GET, HEAD'] : []),
      'Connection: close',
    ];
    const head = `${lines.join('\r\n')}\r\n\r\n`;
    this.#socket?.end(this.#headOnly ? head : head + body);
  }
}
