/**
 * A socket of its own for one sender of datagrams, beside the socket that serves everybody; see native/conversation.c.
 * No byte of a datagram reaches this process.
 */
import type { Family, Local, Peer } from '../model/mod.ts';
import type { Descriptor } from './descriptor.ts';
import { native } from './native.ts';

/** Where a datagram came from, and the address of this machine that it was sent to. */
export interface DatagramEnds {
  readonly peer: Peer;
  /** undefined when it was sent to many (multicast), or the socket does not tell; see {@link tellDestination}. */
  readonly destination: string | undefined;
}

/** From now on the socket knows where datagrams were sent to. */
export function tellDestination(socket: Descriptor, family: Family): void {
  native.tellDestination(socket, family);
}

/** The ends of the datagram that is next in the queue, where it stays; undefined when none waits. */
export function peekEnds(socket: Descriptor): DatagramEnds | undefined {
  const ends = native.peekEnds(socket);
  if (ends === undefined) return undefined;
  const [address, port, destination] = ends;
  return { peer: { address, port }, destination: destination === '' ? undefined : destination };
}

/**
 * Binds a datagram socket to an address where another may be bound already, and connects it: from then on it gets what
 * this peer sends there, and the other what everybody else does. What comes in the few microseconds between the two
 * system calls is lost.
 * @throws SystemError EINVAL for a port of 0 or an address of the other family, and what bind(2) and connect(2) give
 */
export function bindConnected(socket: Descriptor, family: Family, local: Local, peer: Peer): void {
  native.bindConnected(socket, family, local.address, local.port, peer.address, peer.port);
}

/**
 * Takes the first datagram out of the queue and sends it to the local address again, as its sender: it goes to the
 * socket that is connected to that sender now.
 * @throws SystemError EPERM without CAP_NET_RAW; the datagram may be lost when the call is `splice`, and is where it
 *   was otherwise
 */
export function resendDatagram(socket: Descriptor, family: Family, sender: Peer, local: Local): void {
  native.resendDatagram(socket, family, sender.address, sender.port, local.address, local.port);
}
