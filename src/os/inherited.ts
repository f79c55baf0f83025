/**
 * Sockets that this process was started with. Node leaves descriptors above 2 as they were, and opens its own beside
 * them; they only have to be kept from the programs that we start.
 */
import type { Family, Local, SocketType } from '../model/mod.ts';
import type { Descriptor } from './descriptor.ts';
import { native } from './native.ts';

export interface InheritedSocket {
  readonly family: Family | 'unix';
  readonly type: SocketType;
  /** As in protocols(5); 0 for a Unix socket. */
  readonly protocol: number;
  /** Clients can connect to it. */
  readonly listening: boolean;
  /** Of an `inet6` one: IPv4 clients do not reach it. */
  readonly v6Only: boolean;
  /** It is bound to this network device; undefined: to none. */
  readonly device: string | undefined;
  readonly local: Local;
}

/**
 * From now on the descriptor is closed by execve(2), like all that we open ourselves.
 * @returns false when there is no such descriptor
 */
export function closeOnExec(descriptor: Descriptor): boolean {
  return native.closeOnExec(descriptor);
}

/** @returns undefined for what is not a socket of the Internet or of Unix */
export function inheritedSocket(descriptor: Descriptor): InheritedSocket | undefined {
  const described = native.describeSocket(descriptor);
  if (described === undefined) return undefined;
  const [family, type, protocol, listening, v6Only, device, address, port] = described;
  const local = { address, port };
  return { family, type, protocol, listening, v6Only, device: device === '' ? undefined : device, local };
}
