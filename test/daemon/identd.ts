/**
 * Ident servers for tests (RFC 1413). Port 113 is asked at the address that a client comes from, so every test has a
 * loopback address of its own, and nobody meets another's server.
 */
import { createServer, type Socket } from 'node:net';

import { onTestFinished } from 'vitest';

import { isRoot } from './kinetd.ts';

/** Why there can be none; undefined when they can be. */
export function identObstacle(): string | undefined {
  return isRoot ? undefined : 'port 113 is for root alone';
}

let addresses = 0;

/** An address of this test alone, at which nobody listens. */
export function ownAddress(): string {
  const number = ++addresses;
  const { pid } = process;
  return `127.${100 + (number % 100)}.${(pid >> 8) & 255}.${(pid & 253) + 1}`;
}

export interface Identd {
  readonly address: string;
  /** What it was asked, in order. */
  readonly questions: readonly string[];
  /** Where the questions came from. */
  readonly askers: readonly (string | undefined)[];
  /** Those that are still open. */
  readonly open: number;
}

/** @param reply gets the two ports as they were asked for, and the connection when it wants more than to answer */
export async function startIdentd(
  reply: (theirs: string, ours: string, connection: Socket) => string | undefined,
): Promise<Identd> {
  const address = ownAddress();
  const questions: string[] = [];
  const askers: (string | undefined)[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    askers.push(socket.remoteAddress);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    socket.setEncoding('latin1');
    socket.once('data', (data) => {
      const question = String(data);
      questions.push(question);
      const [theirs = '', ours = ''] = question.trim().split(',');
      const text = reply(theirs, ours, socket);
      if (text !== undefined) socket.end(text, 'latin1');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(113, address, resolve);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    address,
    questions,
    askers,
    get open() {
      return sockets.size;
    },
  };
}

/** The usual answer. */
export function joe(theirs: string, ours: string): string {
  return `${theirs} , ${ours} : USERID : UNIX : joe\r\n`;
}
