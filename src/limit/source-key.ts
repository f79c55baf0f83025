/**
 * A block of addresses as numbers: four words of 32 bits. IPv4 has the place in IPv6 that RFC 4291 gives it
 * (::ffff:0:0/96), so that a client is the same one over either kind of socket.
 */
import { parseIp, unmapIp } from '../address/mod.ts';
import type { NetworkRate } from '../model/mod.ts';

export const keyWords = 4;

const wholeAddress: NetworkRate['prefixes'] = { inet: 32, inet6: 128 };

/**
 * Writes the block that an address belongs to, its scope left out.
 * @param text as the kernel's address is written everywhere here; see src/model/address.ts
 * @returns false when it is no IP address; `key` is as before then
 */
export function writeSourceKey(
  key: Uint32Array,
  text: string,
  prefixes: NetworkRate['prefixes'] = wholeAddress,
): boolean {
  const scope = text.indexOf('%');
  const parsed = parseIp(scope === -1 ? text : text.slice(0, scope));
  if (parsed === undefined) return false;
  const { family, bytes } = unmapIp(parsed);
  const inet = family === 'inet';
  const prefix = inet ? 96 + prefixes.inet : prefixes.inet6;
  for (let word = 0; word < keyWords; word++) {
    const value = inet ? inetWord(bytes, word) : wordAt(bytes, word * 4);
    key[word] = value & prefixMask(prefix - word * 32);
  }
  return true;
}

function inetWord(bytes: Uint8Array, word: number): number {
  if (word === 3) return wordAt(bytes, 0);
  return word === 2 ? 0xffff : 0;
}

function wordAt(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let byte = at; byte < at + 4; byte++) value = (value << 8) | (bytes[byte] ?? 0);
  return value;
}

function prefixMask(bits: number): number {
  if (bits >= 32) return -1;
  return bits <= 0 ? 0 : -1 << (32 - bits);
}
