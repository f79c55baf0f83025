/**
 * A datagram service that does not wait: each sender gets a socket of its own, connected to it, for a server of its own.
 *
 * The common socket stays with the daemon and is never handed to anybody, since what is in its queue may be anyone's.
 * From when a sender has its socket the kernel gives that what the sender sends (udp(7)); what of it was queued before is
 * sent again, unread, and so comes there too, if behind what has come meanwhile.
 */
import type { Family, Local, Peer } from '../model/mod.ts';
import {
  bindConnected,
  closeDescriptor,
  type Descriptor,
  localAddress,
  openSocket,
  peekEnds,
  resendDatagram,
  setSocketOption,
} from '../os/mod.ts';
import { applyBuffers, type SocketPlan } from './bind.ts';

/** The first datagram of a common socket: whose it is, and where that sender's own socket has to be bound. */
export interface Opening {
  readonly peer: Peer;
  readonly local: Local;
}

/** @returns undefined when no datagram waits */
export function firstOpening(common: Descriptor): Opening | undefined {
  const ends = peekEnds(common);
  if (ends === undefined) return undefined;
  const { peer, destination } = ends;
  const wildcard = familyOf(peer) === 'inet' ? '0.0.0.0' : '::';
  return { peer, local: { address: destination ?? wildcard, port: localAddress(common).port } };
}

/** Senders are forged with ease: one without a port cannot be answered, and a socket connected to itself would hear itself. */
export function isAnswerable({ peer, local }: Opening): boolean {
  return peer.port !== 0 && (peer.port !== local.port || peer.address !== local.address);
}

/**
 * @returns a blocking socket that is bound and connected, and gets what its sender sends from now on
 * @throws SystemError for want of descriptors or memory, and for a sender that nothing can be sent to (EACCES for a
 *   broadcast address, ENETUNREACH …)
 */
export function openConversation(plan: Pick<SocketPlan, 'protocol' | 'socket'>, { peer, local }: Opening): Descriptor {
  const family = familyOf(peer);
  const descriptor = openSocket({ family, type: 'dgram', protocol: plan.protocol.number, nonBlocking: false });
  try {
    setSocketOption(descriptor, 'reuseAddress', 1);
    applyBuffers(plan, descriptor);
    bindConnected(descriptor, family, local, peer);
  } catch (error) {
    closeDescriptor(descriptor);
    throw error;
  }
  return descriptor;
}

/**
 * Moves the first datagram of the common socket to the socket of its sender. It comes there through the loopback device,
 * which is why that socket is bound to no device even where the common one is.
 * @throws SystemError EPERM without the right to send in somebody else's name (CAP_NET_RAW)
 */
export function moveFirst(common: Descriptor, { peer }: Opening, conversation: Descriptor): void {
  resendDatagram(common, familyOf(peer), peer, localAddress(conversation));
}

function familyOf({ address }: Peer): Family {
  return address.includes(':') ? 'inet6' : 'inet';
}
