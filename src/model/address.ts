/**
 * Where a service listens and who talks to it, as plain values.
 *
 * Addresses are canonical numeric text: dotted quad for IPv4, RFC 5952 for IPv6 with `%scope` where the
 * kernel gave one. An IPv4 client of a dual-stack socket is written as IPv4 (`127.0.0.1`, never
 * `::ffff:127.0.0.1`), in logs, in the environment and in access decisions alike.
 */

export type Family = 'inet' | 'inet6';

export type SocketType = 'stream' | 'dgram' | 'seqpacket' | 'raw';

/** An entry of protocols(5). */
export interface Protocol {
  readonly name: string;
  readonly number: number;
}

/** Whether such a socket has connections to accept, instead of datagrams to read. */
export function hasConnections(type: SocketType): boolean {
  return type === 'stream' || type === 'seqpacket';
}

/** A socket that a service is configured to have. */
export type Endpoint = InternetEndpoint | UnixEndpoint;

export interface InternetEndpoint {
  readonly family: Family;
  /** Canonical numeric address; `0.0.0.0` and `::` are the wildcards. */
  readonly address: string;
  /** Only what comes in through this network device (SO_BINDTODEVICE); the address is a wildcard then. */
  readonly device: string | undefined;
  /** 0 lets the kernel choose. */
  readonly port: number;
  /**
   * What an `inet6` endpoint does about IPv4: `only` takes IPv6 clients alone, `dual` takes both, and
   * `dual-or-inet` takes both and becomes `0.0.0.0` on a machine without IPv6, as Debian's xinetd does.
   * Always `only` for `inet`.
   */
  readonly stack: 'only' | 'dual' | 'dual-or-inet';
  /**
   * Set for the half of a pair that a configuration only implies (Debian's inetd opens `tcp` twice): when
   * this one cannot be bound because the machine lacks the family, nobody is told.
   */
  readonly implied: boolean;
}

/** A socket with a file. What is fixed for it has the names of the others, so that both can be told of alike. */
export interface UnixEndpoint {
  readonly family: 'unix';
  /** The absolute path, fewer than 108 bytes. */
  readonly address: string;
  readonly device: undefined;
  readonly port: 0;
  readonly stack: 'only';
  readonly implied: false;
  /** Who may connect: the permission bits of the file. */
  readonly mode: number;
  /** Who owns the file; undefined is who runs the daemon. */
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

/** The other end of a connection, or the sender of a datagram. */
export interface Peer {
  /** Numeric; `unix:uid=N` for a connection over a Unix socket, and `unix` for a datagram, whose sender nobody knows. */
  readonly address: string;
  /** 0 for Unix sockets. */
  readonly port: number;
  /** Who connected to a Unix socket. */
  readonly credentials?: PeerCredentials;
  /** Where it has bound its own end of a Unix socket, which is its own choice; empty where it has not, as is usual. */
  readonly path?: string;
}

/** As they were when it connected (SO_PEERCRED). */
export interface PeerCredentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/** One side of a socket: where the daemon was reached. */
export interface Local {
  readonly address: string;
  readonly port: number;
}
