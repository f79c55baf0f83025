/**
 * Datagrams: who sent the next one, without reading it; and datagrams to a Unix socket, which is how syslog listens.
 */
import type { Family, Peer } from '../model/mod.ts';
import type { Descriptor } from './descriptor.ts';
import { native } from './native.ts';

/**
 * The sender of the datagram that is next in the queue, where it stays. Not one of its bytes is read: the daemon's
 * only call that comes near what clients send. Errors that ICMP answers left on the socket are passed over.
 * @returns undefined when no datagram waits
 */
export function peekSender(socket: Descriptor): Peer | undefined {
  const sender = native.peekSender(socket);
  return sender === undefined ? undefined : { address: sender[0], port: sender[1] };
}

/**
 * Takes the next datagram out of the queue, unread: its sender has been refused.
 * @returns false when there was none
 */
export function discardDatagram(socket: Descriptor): boolean {
  return native.discardDatagram(socket);
}

/** Binds a datagram socket to its other end: it sends there, and hears from nobody else. */
export function connectInternet(socket: Descriptor, family: Family, address: string, port: number): void {
  native.connectInternet(socket, family, address, port);
}

/** A non-blocking datagram socket that sends to `path`, fewer than 108 bytes; `@name` is in the abstract namespace. */
export function connectUnixDatagram(path: string): Descriptor {
  return native.connectUnixDatagram(path) as Descriptor;
}

/** `full` when the receiver does not keep up: nothing was sent, and the caller decides whether that matters. */
export function sendDatagram(socket: Descriptor, bytes: Uint8Array): 'sent' | 'full' {
  return native.sendDatagram(socket, bytes) ? 'sent' : 'full';
}
