/** TCP connections of this machine, whoever has them, as the kernel tells everybody (sock_diag(7)). */
import { native } from './native.ts';

/** An address of 4 bytes (also for a v4-mapped one) or of 16, and a port. */
export interface ConnectionEnd {
  readonly bytes: Uint8Array;
  readonly port: number;
}

/** A connection; without a uid it is one that no process has. */
export interface FoundConnection {
  readonly uid: number | undefined;
}

/**
 * @returns undefined when the kernel knows of none, or cannot be asked for want of its module; one that is bound to an
 * interface it does not find this way
 * @throws SystemError when it does not let itself be asked
 */
export function findConnection(local: ConnectionEnd, remote: ConnectionEnd): FoundConnection | undefined {
  const uid = native.connectionOwner(local.bytes, local.port, remote.bytes, remote.port);
  return uid === undefined ? undefined : { uid: uid < 0 ? undefined : uid };
}
