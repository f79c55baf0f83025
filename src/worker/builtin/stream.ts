/**
 * The internal services over TCP, each for one connection.
 *
 * No client can make one use more memory than a socket's buffers: what is not read is not generated and not taken in.
 * How long a client takes is up to it, as under xinetd; the daemon bounds how many there are.
 */
import type { OnReadOpts, Socket } from 'node:net';

import type { BuiltinName } from '../../model/mod.ts';
import { closeDescriptor, type Descriptor, sendLast, zoneName } from '../../os/mod.ts';
import { flow, passing, socketOf } from '../flow/mod.ts';
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
      return echo(connection, ended);
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

function echo(connection: Descriptor, ended: (traffic: Traffic) => void): () => void {
  let socket: Socket;
  const back = passing(() => ({ from: socket, to: socket }));
  const begin = (opened: Socket): void => {
    socket = opened;
    flow(socket, socket);
  };
  return converse(connection, ended, begin, back);
}

function converse(
  connection: Descriptor,
  ended: (traffic: Traffic) => void,
  begin: (socket: Socket) => void,
  onread?: OnReadOpts,
): () => void {
  const socket = socketOf(connection, onread);
  if (socket === undefined) {
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
