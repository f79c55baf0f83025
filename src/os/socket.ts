/**
 * Sockets: make, set up, bind, listen, accept. What is special about those with a file is in socket-file.ts.
 *
 * Listening sockets are ours and not node:net's, since that accepts and reads behind our back. Addresses go in and
 * come out as the canonical text of src/model/address.ts; an IPv4 client of a dual-stack socket is IPv4 everywhere,
 * for the server too, whose socket is turned into an IPv4 one.
 */
import type { Family, Local, Peer, PeerCredentials, SocketType } from '../model/mod.ts';
import { closeDescriptor, type Descriptor } from './descriptor.ts';
import { native } from './native.ts';

export interface SocketKind {
  readonly family: Family | 'unix';
  readonly type: SocketType;
  /** As in protocols(5); 0 is the usual one for the type. */
  readonly protocol: number;
  readonly nonBlocking: boolean;
}

/** A buffer size in bytes, or true and false for the others. */
export type SocketOption =
  | 'reuseAddress'
  | 'reusePort'
  | 'v6Only'
  | 'keepAlive'
  | 'noDelay'
  | 'sendBuffer'
  | 'receiveBuffer';

export interface Connection {
  /** Blocking, whatever the listener is; the caller closes it. */
  readonly descriptor: Descriptor;
  readonly peer: Peer;
  readonly local: Local;
}

export interface AcceptedBatch {
  readonly connections: readonly Connection[];
  /** Why the batch ended early: `EMFILE`, `ENFILE`, `ENOBUFS` …; undefined when nothing is wrong. */
  readonly failure: string | undefined;
}

export function openSocket(kind: SocketKind): Descriptor {
  return native.openSocket(kind.family, kind.type, kind.protocol, kind.nonBlocking) as Descriptor;
}

export function setSocketOption(socket: Descriptor, option: SocketOption, value: boolean | number): void {
  native.setSocketOption(socket, option, Number(value));
}

/**
 * SO_BINDTODEVICE: only what comes in through the network device reaches the socket. Before binding it to an address.
 * @throws SystemError ENODEV when there is no such device, EPERM when the system does not let us
 */
export function bindToDevice(socket: Descriptor, device: string): void {
  native.bindToDevice(socket, device);
}

/**
 * Binds to a numeric address, with `%interface` or `%number` for a scope; then joins the group when the address is
 * a multicast one, on the interface that the routes (or the scope) choose, as xinetd does.
 * @throws SystemError EINVAL for text that is no address, ENODEV for an unknown interface, and what bind(2) gives
 */
export function bindInternet(socket: Descriptor, family: Family, address: string, port: number): void {
  native.bindInternet(socket, family, address, port);
}

export function listen(socket: Descriptor, backlog: number): void {
  native.listen(socket, backlog);
}

/**
 * Sends what the socket has room for at once, and never waits.
 * @returns how many bytes that were; all of them when the other side has gone and nobody will miss them
 */
export function sendNow(socket: Descriptor, bytes: Uint8Array): number {
  return native.sendNow(socket, bytes);
}

/** shutdown(2): the other side sees the end behind what was sent. Nothing happens when it has gone. */
export function endSending(socket: Descriptor): void {
  native.endSending(socket);
}

/** Who connected over a Unix socket, as it was then. */
export function peerCredentials(connection: Descriptor): PeerCredentials {
  const [pid, uid, gid] = native.peerCredentials(connection);
  return { pid, uid, gid };
}

/** Where the socket is bound. For a Unix socket the address is its path and the port 0. */
export function localAddress(socket: Descriptor): Local {
  const [address, port] = native.localAddress(socket);
  return { address, port };
}

/**
 * Accepts what waits, at most `most` connections; the listener must not be blocking. Connections that went away
 * while they waited, and other errors that accept(2) says are about one connection, are passed over.
 */
export function acceptBatch(listener: Descriptor, most: number): AcceptedBatch {
  const flat = native.acceptBatch(listener, most);
  const connections: Connection[] = [];
  for (let at = 1; at < flat.length; at += 5) {
    connections.push({
      descriptor: flat[at] as Descriptor,
      peer: { address: flat[at + 1] as string, port: flat[at + 2] as number },
      local: { address: flat[at + 3] as string, port: flat[at + 4] as number },
    });
  }
  return { connections, failure: flat[0] as string | undefined };
}

/**
 * The whole answer to a client that is not listened to: sends, shuts the sending side down, and lets the kernel drop
 * what the client has sent, so that closing the descriptor, which is left to the caller, does not reset the connection.
 * @returns the number of bytes sent: 0 when the client has gone
 */
export function sendLast(connection: Descriptor, bytes: Uint8Array): number {
  return native.sendLast(connection, bytes);
}

/**
 * Whether the other end of a connection has gone for good; nothing is read for that. One that has only closed its
 * sending side has not, and neither, as far as anybody can know here, has one that closed both and was not written to.
 */
export function hasHungUp(connection: Descriptor): boolean {
  return native.hasHungUp(connection);
}

/**
 * Receives what there is of a line, its newline included, and not a byte behind it.
 * @returns the number of bytes that now stand in the buffer; 0 at the end; undefined when nothing waits
 */
export function receiveLine(connection: Descriptor, buffer: Uint8Array): number | undefined {
  return native.receiveLine(connection, buffer);
}

/**
 * A connection to a Unix stream socket, which does not block.
 * @throws SystemError ENOENT and ECONNREFUSED when nobody listens there, EACCES, EAGAIN when too many wait
 */
export function connectUnixStream(path: string): Descriptor {
  const socket = openSocket({ family: 'unix', type: 'stream', protocol: 0, nonBlocking: true });
  try {
    native.connectUnix(socket, path);
    return socket;
  } catch (error) {
    closeDescriptor(socket);
    throw error;
  }
}
