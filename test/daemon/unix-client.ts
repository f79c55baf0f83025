/** Clients of Unix sockets, and files that such sockets leave behind. */
import { connect, type Socket } from 'node:net';

import { closeDescriptor, connectUnixDatagram, type Descriptor, openSocket, sendDatagram } from '../../src/os/mod.ts';
import { native } from '../../src/os/native.ts';

/**
 * Connects, sends, closes its side, and resolves with what comes until the other side closes. Rejects with Node's error.
 * For services that read to the end of the input or wait for the text, and not for others: see {@link hearUnix}.
 */
export function talkUnix(path: string, text: string): Promise<string> {
  return conversation(path, (socket) => socket.end(text));
}

/**
 * As {@link talkUnix} for services that read nothing: sends nothing, and leaves its side open. One that has answered and
 * closed by then would make an error of the client's end, for which Node throws away what has come.
 */
export function hearUnix(path: string): Promise<string> {
  return conversation(path, () => {});
}

function conversation(path: string, begin: (socket: Socket) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    let answer = '';
    socket.on('connect', () => begin(socket));
    socket.on('data', (chunk) => {
      answer += String(chunk);
    });
    socket.on('error', (error) => {
      if (!('code' in error) || error.code !== 'EPIPE') reject(error);
    });
    socket.on('close', () => resolve(answer));
  });
}

/** `served`, or the code of the error. */
export async function fares(path: string): Promise<string> {
  try {
    return (await talkUnix(path, 'echo')) === 'echo' ? 'served' : 'closed';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

export function sendUnix(path: string, text: string): void {
  const socket = connectUnixDatagram(path);
  sendDatagram(socket, Buffer.from(text));
  closeDescriptor(socket);
}

/** A socket that is bound and of which nobody takes care any more. */
export function leaveStale(path: string, type: 'stream' | 'dgram' = 'stream'): void {
  closeDescriptor(bound(path, type));
}

/** A socket that is bound, and for streams listens; the caller closes it. */
export function bound(path: string, type: 'stream' | 'dgram' | 'seqpacket' = 'stream'): Descriptor {
  const socket = openSocket({ family: 'unix', type, protocol: 0, nonBlocking: true });
  native.bindUnix(socket, path, 0o666);
  if (type !== 'dgram') native.listen(socket, 5);
  return socket;
}
