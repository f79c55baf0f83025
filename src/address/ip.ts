/**
 * An IP address as bytes: reading the spellings of inet_pton(3) and inet_aton(3), and writing the canonical
 * one (dotted quad; RFC 5952 for IPv6).
 *
 * Nothing here knows of scopes (`%eth0`), host names or networks; see prefix.ts for the last.
 */
import type { Family } from '../model/mod.ts';

export interface IpAddress {
  readonly family: Family;
  /** 4 or 16 of them, in network order. */
  readonly bytes: Uint8Array;
}

/** inet_pton(3)'s two forms: a dotted quad without leading zeros, or IPv6. */
export function parseIp(text: string): IpAddress | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

/** Four decimal numbers of 0 to 255 without leading zeros. */
export function parseIpv4(text: string): IpAddress | undefined {
  const bytes = parseQuad(text);
  return bytes === undefined ? undefined : { family: 'inet', bytes };
}

/**
 * inet_aton(3): one to four numbers, each decimal, octal (`010`) or hexadecimal (`0x7f`); the last one fills
 * all the bytes that are left, so `127.1` is 127.0.0.1 and `127` is 0.0.0.127.
 */
export function parseIpv4Loosely(text: string): IpAddress | undefined {
  const parts = text.split('.', 5);
  if (parts.length > 4) return undefined;
  const bytes = new Uint8Array(4);
  for (const [index, part] of parts.entries()) {
    const value = parseCNumber(part);
    const room = index === parts.length - 1 ? 4 - index : 1;
    if (value === undefined || value >= 256 ** room) return undefined;
    for (let byte = 0; byte < room; byte++) bytes[index + byte] = Math.floor(value / 256 ** (room - 1 - byte)) % 256;
  }
  return { family: 'inet', bytes };
}

/** RFC 4291 section 2.2: eight groups, one run of zeros as `::`, the last 32 bits as a dotted quad if liked. */
export function parseIpv6(text: string): IpAddress | undefined {
  if (text.length > 45) return undefined;
  const halves = text.split('::', 3);
  if (halves.length > 2) return undefined;
  const [before = '', after] = halves;
  const head = parseGroups(before, after === undefined);
  const tail = after === undefined ? [] : parseGroups(after, true);
  if (head === undefined || tail === undefined) return undefined;
  const given = head.length + tail.length;
  // `::` stands for at least one group; glibc, too, takes it for a single one.
  if (after === undefined ? given !== 16 : given > 14) return undefined;
  const bytes = new Uint8Array(16);
  bytes.set(head, 0);
  bytes.set(tail, 16 - tail.length);
  return { family: 'inet6', bytes };
}

/** The canonical text of an address. */
export function formatIp(ip: IpAddress): string {
  return ip.family === 'inet' ? ip.bytes.join('.') : formatIpv6(ip.bytes);
}

/** The IPv4 address inside `::ffff:a.b.c.d`; any other address as it is. */
export function unmapIp(ip: IpAddress): IpAddress {
  return isMapped(ip) ? { family: 'inet', bytes: ip.bytes.slice(12) } : ip;
}

/** Whether this is an IPv4 address in IPv6 clothes (RFC 4291 section 2.5.5.2). */
export function isMapped(ip: IpAddress): boolean {
  return ip.family === 'inet6' && ip.bytes.every((byte, index) => index >= 12 || byte === (index < 10 ? 0 : 0xff));
}

function parseQuad(text: string): Uint8Array | undefined {
  const parts = text.split('.', 5);
  if (parts.length !== 4) return undefined;
  const bytes = new Uint8Array(4);
  for (const [index, part] of parts.entries()) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    bytes[index] = Number(part);
  }
  return bytes;
}

function parseCNumber(text: string): number | undefined {
  if (text.length > 20) return undefined;
  if (/^0[xX][\da-fA-F]+$/.test(text)) return Number.parseInt(text.slice(2), 16);
  if (/^0[0-7]*$/.test(text)) return Number.parseInt(text, 8);
  return /^[1-9]\d*$/.test(text) ? Number.parseInt(text, 10) : undefined;
}

/** The bytes of one side of a `::`; `last` when a dotted quad may end it. */
function parseGroups(text: string, last: boolean): number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [index, group] of groups.entries()) {
    if (/^[\da-fA-F]{1,4}$/.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
      continue;
    }
    const quad = last && index === groups.length - 1 ? parseQuad(group) : undefined;
    if (quad === undefined) return undefined;
    bytes.push(...quad);
  }
  return bytes;
}

function formatIpv6(bytes: Uint8Array): string {
  const mapped = isMapped({ family: 'inet6', bytes });
  const groups: string[] = [];
  for (let at = 0; at < (mapped ? 12 : 16); at += 2) {
    groups.push((((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16));
  }
  if (mapped) return `::ffff:${bytes.slice(12).join('.')}`;
  const run = longestZeroRun(groups);
  if (run.length < 2) return groups.join(':');
  return `${groups.slice(0, run.start).join(':')}::${groups.slice(run.start + run.length).join(':')}`;
}

/** The first of the longest runs (RFC 5952 section 4.2.3). */
function longestZeroRun(groups: readonly string[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (const [index, group] of groups.entries()) {
    if (group !== '0') start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  }
  return best;
}
