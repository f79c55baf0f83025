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

/** A socket that a service is configured to have. */
export interface Endpoint {
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

/** The other end of a connection, or the sender of a datagram. */
export interface Peer {
  readonly address: string;
  readonly port: number;
}

/** One side of a socket: where the daemon was reached. */
export interface Local {
  readonly address: string;
  readonly port: number;
}
