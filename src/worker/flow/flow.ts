/**
 * Bytes that go from one socket to another, or back to where they came from, through one buffer: nothing is allocated
 * for what passes, and nothing is read while the other side has not taken what was read before. So a direction of a
 * connection holds its buffer and the sockets' own, however much is sent.
 */
import { type OnReadOpts, Socket } from 'node:net';

import { closeDescriptor, type Descriptor } from '../../os/mod.ts';

/** What a direction begins with, and what it gets once a read has filled that. */
const firstBytes = 16_384;
const mostBytes = 262_144;

/**
 * The `onread` of a socket (net.Socket) whose bytes all go on.
 * @param ends where from and where to; asked for when bytes arrive
 */
export function passing(ends: () => { readonly from: Socket; readonly to: Socket }): OnReadOpts {
  let next = Buffer.allocUnsafeSlow(firstBytes);
  return {
    buffer: () => next,
    callback: (count, buffer) => {
      const { from, to } = ends();
      let waiting = false;
      to.write(buffer.subarray(0, count), () => {
        if (waiting) from.resume();
      });
      if (count === firstBytes && next.length === firstBytes) next = Buffer.allocUnsafeSlow(mostBytes);
      // What the kernel took at once needs the buffer no more.
      waiting = to.writableLength > 0;
      return !waiting;
    },
  };
}

/**
 * Starts the flow of a socket that was made with {@link passing}; its end becomes the end of the other, also when it has
 * come already: such a socket is read from the first moment.
 */
export function flow(from: Socket, to: Socket): void {
  if (from.readableEnded) to.end();
  else from.once('end', () => to.end());
  from.resume();
}

/**
 * The socket of an accepted connection, each direction of which ends by itself.
 * @param connection belongs to the socket from now on; closed when there is none
 * @returns undefined when the descriptor is no stream, or there is no memory for one
 */
export function socketOf(connection: Descriptor, onread?: OnReadOpts): Socket | undefined {
  const options = { fd: connection, allowHalfOpen: true, readable: true, writable: true };
  try {
    return new Socket(onread === undefined ? options : Object.assign(options, { onread }));
  } catch {
    closeDescriptor(connection);
    return undefined;
  }
}
