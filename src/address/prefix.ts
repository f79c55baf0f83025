/** Blocks of addresses: prefix lengths, netmasks, and what lies inside. */
import { type IpAddress, parseIp } from './ip.ts';

/** The length of the longest prefix of a family: 32 or 128. */
export function longestPrefix(ip: IpAddress): number {
  return ip.bytes.length * 8;
}

/** The address with all bits after the prefix set to zero. */
export function maskIp(ip: IpAddress, prefix: number): IpAddress {
  return { family: ip.family, bytes: ip.bytes.map((byte, index) => byte & maskByte(prefix, index)) };
}

/** Whether the first `prefix` bits of two addresses agree; never across families. */
export function sharePrefix(a: IpAddress, b: IpAddress, prefix: number): boolean {
  if (a.family !== b.family) return false;
  return a.bytes.every((byte, index) => ((byte ^ (b.bytes[index] ?? 0)) & maskByte(prefix, index)) === 0);
}

/** `255.255.0.0` is 16; undefined when the ones do not all stand first. */
export function prefixOfNetmask(mask: IpAddress): number | undefined {
  let prefix = 0;
  for (const byte of mask.bytes) prefix += byte.toString(2).split('1').length - 1;
  return mask.bytes.every((byte, index) => byte === maskByte(prefix, index)) ? prefix : undefined;
}

/** Which bits of the byte at `index` belong to the prefix. */
function maskByte(prefix: number, index: number): number {
  const bits = Math.min(8, Math.max(0, prefix - index * 8));
  return (0xff << (8 - bits)) & 0xff;
}

/** `192.0.2.0/24`, `2001:db8::/32`, or one address; undefined for anything else. Bits after the prefix are set to zero. */
export function parsePrefix(text: string): { readonly ip: IpAddress; readonly prefix: number } | undefined {
  const [address = '', length, ...more] = text.split('/');
  const ip = parseIp(address);
  if (ip === undefined || more.length > 0) return undefined;
  const longest = longestPrefix(ip);
  if (length === undefined) return { ip, prefix: longest };
  const prefix = /^\d{1,3}$/.test(length) ? Number(length) : longest + 1;
  return prefix > longest ? undefined : { ip: maskIp(ip, prefix), prefix };
}
