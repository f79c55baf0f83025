/** Clients of Unix sockets, and files that such sockets leave behind. */
import { connect } from 'node:net';

import { closeDescriptor, connectUnixDatagram, type Descriptor, openSocket, sendDatagram } from '../../src/os/mod.ts';
import { native } from '../../src/os/native.ts';

/**
 * Connects, sends, and resolves with what comes until the other side closes. Rejects with Node's error.
 *
 * Without a text the client only listens, and leaves its side open: a service that has answered and closed by then would
 * make an error of its end, for which Node throws away what has come.
 */
export function talkUnix(path: string, text?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    let answer = '';
    socket.on('connect', () => {
      if (text !== undefined) socket.end(text);
    });
    socket.on('data', (chunk) => {
      answer += String(chunk);
    });
    // A service may answer and close before it has been sent anything; what it said comes all the same.
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
