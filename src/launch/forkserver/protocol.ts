/**
 * What a fork server and its daemon say to each other, a message of a SOCK_SEQPACKET socket each; numbers are little
 * endian. The other side is native/forkserver/channel.c.
 *
 * daemon → fork server: `id:u32`, then the whole environment of a server as `NAME=VALUE\0`…, with its three descriptors.
 *
 * fork server → daemon: `F` and a path (a file that it is made of), `R` (it is parked), `X` and a text (it cannot be
 * parked, and ends), `E` `id:u32` `errno:u32` (a request was not served). A child says `S` `id:u32` as its first act.
 * All of it is the claim of a stranger: what does not look like this is undefined here, and the fork server is ended.
 */

export type ForkserverMessage =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'ready' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'failed'; readonly id: number; readonly errno: number }
  | { readonly kind: 'started'; readonly id: number };

/** A message of a fork server is at most this long: a path. */
export const longestMessage: number = 4096 + 1;

/** A request must fit the buffer of a Unix socket, net.core.wmem_default at the least, with what the kernel adds. */
export const longestRequest: number = 128 * 1024;

const decoder = new TextDecoder('utf-8', { fatal: true });

/** @returns undefined for what is none of them */
export function readMessage(bytes: Uint8Array): ForkserverMessage | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rest = bytes.subarray(1);
  switch (bytes.length === 0 ? '' : String.fromCharCode(view.getUint8(0))) {
    case 'F':
      return readPath(rest);
    case 'R':
      return rest.length === 0 ? { kind: 'ready' } : undefined;
    case 'X':
      return { kind: 'refused', reason: Buffer.from(rest).toString('utf8') };
    case 'E':
      return rest.length === 8
        ? { kind: 'failed', id: view.getUint32(1, true), errno: view.getUint32(5, true) }
        : undefined;
    case 'S':
      return rest.length === 4 ? { kind: 'started', id: view.getUint32(1, true) } : undefined;
    default:
      return undefined;
  }
}

/** A path that is no UTF-8 cannot be watched, and is left out by the caller as an empty one. */
function readPath(bytes: Uint8Array): ForkserverMessage | undefined {
  if (bytes.length === 0 || bytes[0] !== 0x2f || bytes.includes(0)) return undefined;
  try {
    return { kind: 'file', path: decoder.decode(bytes) };
  } catch {
    return { kind: 'file', path: '' };
  }
}

/** What all requests for one plan have in common: the environment without the connection's. */
export function environmentBytes(environment: readonly string[]): Uint8Array {
  return Buffer.from(environment.map((variable) => `${variable}\0`).join(''));
}

/** @returns undefined when it would be longer than {@link longestRequest} */
export function requestBytes(id: number, common: Uint8Array, connection: readonly string[]): Uint8Array | undefined {
  const own = environmentBytes(connection);
  const length = 4 + common.length + own.length;
  if (length > longestRequest) return undefined;
  const bytes = Buffer.allocUnsafe(length);
  bytes.writeUInt32LE(id, 0);
  bytes.set(common, 4);
  bytes.set(own, 4 + common.length);
  return bytes;
}
