/**
 * The internal services over TCP, each for one connection.
 *
 * No client can make one use more memory than a socket's buffers: what is not read is not generated and not taken in.
 * How long a client takes is up to it, as under xinetd; the daemon bounds how many there are.
 */
import { Socket } from 'node:net';

import type { BuiltinName } from '../../model/mod.ts';
import { closeDescriptor, type Descriptor, sendLast, zoneName } from '../../os/mod.ts';
import { generated } from './chargen.ts';
import { daytime, time } from './text.ts';
import type { Traffic } from './traffic.ts';

/**
 * Answers a connection, whose descriptor belongs to this from now on.
 * @param ended called once, when the descriptor is closed, maybe before this returns
 * @returns ends it at once
 */
export function answerStream(name: BuiltinName, connection: Descriptor, ended: (traffic: Traffic) => void): () => void {
  switch (name) {
    case 'daytime': {
      const now = new Date();
      return answerOnce(connection, daytime(now, zoneName(now)), ended);
    }
    case 'time':
      return answerOnce(connection, time(new Date()), ended);
    case 'echo':
      return converse(connection, ended, (socket) => void socket.pipe(socket));
    case 'discard':
      return converse(connection, ended, (socket) => {
        socket.once('end', () => socket.end());
        socket.resume();
      });
    case 'chargen':
      return converse(connection, ended, generate);
  }
}

/** As {@link answerStream}: sends a text, whose end is the end. */
export function sayText(text: string, connection: Descriptor, ended: (traffic: Traffic) => void): () => void {
  return answerOnce(connection, Buffer.from(text, 'latin1'), ended);
}

function answerOnce(connection: Descriptor, bytes: Buffer, ended: (traffic: Traffic) => void): () => void {
  const sent = sendLast(connection, bytes);
  closeDescriptor(connection);
  ended({ received: 0, sent });
  return () => {};
}

function converse(
  connection: Descriptor,
  ended: (traffic: Traffic) => void,
  begin: (socket: Socket) => void,
): () => void {
  let socket: Socket;
  try {
    socket = new Socket({ fd: connection, allowHalfOpen: true, readable: true, writable: true });
  } catch {
    // Not a stream, or no memory for one: in any case not a client that can be answered.
    closeDescriptor(connection);
    ended({ received: 0, sent: 0 });
    return () => {};
  }
  // A client that has gone; `close` follows.
  socket.on('error', () => {});
  socket.once('close', () => ended({ received: socket.bytesRead, sent: socket.bytesWritten }));
  begin(socket);
  return () => socket.destroy();
}

/** Writes as fast as the client reads. What the client sends is dropped; one that only stops sending is served on. */
function generate(socket: Socket): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(generated));
  };
  socket.on('drain', more);
  socket.resume();
  more();
}
