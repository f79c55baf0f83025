/**
 * A name server for tests: a few PTR and A records on port 53 of some address of loopback, or silence. Needs root, as
 * the port does.
 */
import { createSocket, type Socket } from 'node:dgram';

import { onTestFinished } from 'vitest';

const ptr = 12;
const a = 1;
const refusedName = 3;

export interface NameServer {
  /** For resolv.conf. */
  readonly address: string;
  /** Questions so far, such as `PTR 127.0.0.2` or `A cat.example.org`. */
  readonly questions: readonly string[];
}

export interface Records {
  /** Names by address. */
  readonly names?: Readonly<Record<string, string>>;
  /** Addresses by name. */
  readonly addresses?: Readonly<Record<string, string>>;
  /** Questions that get no answer. */
  readonly silent?: RegExp;
}

export async function nameServer({ names = {}, addresses = {}, silent }: Records): Promise<NameServer> {
  const socket = createSocket('udp4');
  onTestFinished(() => void socket.close());
  const questions: string[] = [];
  socket.on('message', (message, { port, address }) => {
    const { name, type, end } = question(message);
    const reverse = name.endsWith('.in-addr.arpa');
    const subject = reverse ? name.split('.').slice(0, 4).reverse().join('.') : name;
    const asked = `${type === ptr ? 'PTR' : type === a ? 'A' : type} ${subject}`;
    questions.push(asked);
    if (silent?.test(asked) === true) return;
    const found = type === ptr ? names[subject] : type === a ? addresses[subject] : undefined;
    const data =
      found === undefined ? undefined : type === ptr ? labels(found) : Buffer.from(found.split('.').map(Number));
    const exists = data !== undefined || addresses[subject] !== undefined;
    socket.send(reply(message.subarray(0, end), type, data, exists), port, address);
  });
  return { address: await bindSomewhere(socket), questions };
}

/** Tests run side by side, and port 53 is one. */
async function bindSomewhere(socket: Socket): Promise<string> {
  for (;;) {
    const [second, third, fourth] = crypto.getRandomValues(new Uint8Array(3));
    const address = `127.${second}.${third}.${Math.max(1, (fourth ?? 0) - 1)}`;
    const bound = await new Promise<boolean>((resolve, reject) => {
      const failed = (error: NodeJS.ErrnoException): void => {
        if (error.code === 'EADDRINUSE') resolve(false);
        else reject(error);
      };
      socket.once('error', failed);
      socket.bind(53, address, () => {
        socket.off('error', failed);
        resolve(true);
      });
    });
    if (bound) return address;
  }
}

function question(message: Buffer): { name: string; type: number; end: number } {
  const parts: string[] = [];
  let at = 12;
  for (let length = message.readUInt8(at); length > 0; length = message.readUInt8(at)) {
    parts.push(message.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: parts.join('.').toLowerCase(), type: message.readUInt16BE(at + 1), end: at + 5 };
}

function labels(name: string): Buffer {
  const parts = name.split('.').map((part) => Buffer.concat([Buffer.of(part.length), Buffer.from(part, 'latin1')]));
  return Buffer.concat([...parts, Buffer.of(0)]);
}

function reply(asked: Buffer, type: number, data: Buffer | undefined, exists: boolean): Buffer {
  const head = Buffer.from(asked);
  head.writeUInt16BE(0x8180 | (exists ? 0 : refusedName), 2);
  head.writeUInt16BE(data === undefined ? 0 : 1, 6);
  head.writeUInt32BE(0, 8);
  if (data === undefined) return head;
  const record = Buffer.alloc(12);
  record.writeUInt16BE(0xc00c, 0);
  record.writeUInt16BE(type, 2);
  record.writeUInt16BE(1, 4);
  record.writeUInt32BE(60, 6);
  record.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, record, data]);
}
