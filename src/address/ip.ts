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

const zero = 0x30;
const letterA = 0x61;
const dot = 0x2e;
const colon = 0x3a;

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
  const bytes = new Uint8Array(16);
  const end = text.length;
  if (end < 2 || end > 45) return undefined;
  /** Where the bytes for which `::` stands are missing. */
  let gap = -1;
  let given = 0;
  let at = 0;
  if (text.charCodeAt(0) === colon) {
    if (text.charCodeAt(1) !== colon) return undefined;
    gap = 0;
    at = 2;
  }
  while (at < end) {
    const start = at;
    let value = 0;
    for (; at < end && at - start < 5; at++) {
      const digit = hexDigit(text.charCodeAt(at));
      if (digit === -1) break;
      value = value * 16 + digit;
    }
    if (text.charCodeAt(at) === dot) {
      const quad = given <= 12 ? parseQuad(text.slice(start)) : undefined;
      if (quad === undefined) return undefined;
      bytes.set(quad, given);
      given += 4;
      break;
    }
    if (at === start || at - start > 4 || given > 14) return undefined;
    bytes[given++] = value >> 8;
    bytes[given++] = value & 0xff;
    if (at === end) break;
    if (text.charCodeAt(at++) !== colon || at === end) return undefined;
    if (text.charCodeAt(at) !== colon) continue;
    if (gap !== -1) return undefined;
    gap = given;
    at++;
  }
  // `::` stands for at least one group; glibc, too, takes it for a single one.
  if (gap === -1 ? given !== 16 : given > 14) return undefined;
  if (gap !== -1) {
    bytes.copyWithin(16 - (given - gap), gap, given);
    bytes.fill(0, gap, 16 - (given - gap));
  }
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
  if (text.length > 15) return undefined;
  const bytes = new Uint8Array(4);
  let at = 0;
  for (let index = 0; index < 4; index++) {
    const start = at;
    let value = 0;
    for (; at < text.length; at++) {
      const digit = text.charCodeAt(at) - zero;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    const leadingZero = at - start > 1 && text.charCodeAt(start) === zero;
    if (at === start || leadingZero || value > 255) return undefined;
    bytes[index] = value;
    if (index < 3 && text.charCodeAt(at++) !== dot) return undefined;
  }
  return at === text.length ? bytes : undefined;
}

function parseCNumber(text: string): number | undefined {
  if (text.length > 20) return undefined;
  if (/^0[xX][\da-fA-F]+$/.test(text)) return Number.parseInt(text.slice(2), 16);
  if (/^0[0-7]*$/.test(text)) return Number.parseInt(text, 8);
  return /^[1-9]\d*$/.test(text) ? Number.parseInt(text, 10) : undefined;
}

/** -1 for what is none. */
function hexDigit(code: number): number {
  if (code >= zero && code <= zero + 9) return code - zero;
  const letter = code | 0x20;
  return letter >= letterA && letter <= letterA + 5 ? letter - letterA + 10 : -1;
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
