/**
 * The patterns of hosts_access(5): words of a daemon list and of a client list. What libwrap takes for a name that no
 * host has (`10.1`, `300.1.2.3`, `fe80::1` without brackets), or for a block that holds nothing, is an error here or
 * means what it says: a rule must not miss in silence whom it was written for.
 */
import {
  formatIp,
  type IpAddress,
  longestPrefix,
  maskIp,
  parseIpv4,
  parseIpv6,
  prefixOfNetmask,
  unmapIp,
} from '../../address/mod.ts';
import type { DaemonPattern, HostPattern, TextPattern } from './rule.ts';

/** Why a word cannot be taken, for a person. */
export interface Objection {
  readonly message: string;
  readonly help: string | undefined;
}

export type Parsed<Pattern> =
  | { readonly pattern: Pattern; readonly objection?: never }
  | { readonly objection: Objection };

/** A word of a daemon list: NAME or NAME@HOST. */
export function parseDaemon(word: string): Parsed<DaemonPattern> {
  const at = word.indexOf('@', 1);
  const name = at === -1 ? word : word.slice(0, at);
  if (name.startsWith('@')) return object(`${show(word)} is a netgroup, and daemons have none`, undefined);
  const plain = name.toUpperCase();
  // Every daemon has a name, so KNOWN is any of them.
  const pattern = plain === 'ALL' || plain === 'KNOWN' ? undefined : textPattern(name.toLowerCase());
  if (at === -1) return { pattern: { name: pattern, at: undefined } };
  const host = parseHost(word.slice(at + 1));
  return host.objection === undefined ? { pattern: { name: pattern, at: host.pattern } } : host;
}

/** A word of a client list: HOST, or USER@HOST with any user. */
export function parseClient(word: string): Parsed<HostPattern> {
  const at = word.indexOf('@', 1);
  if (at === -1) return parseHost(word);
  // libwrap looks the user up and then takes any, so nothing depends on the answer.
  if (word.slice(0, at).toUpperCase() === 'ALL') return parseHost(word.slice(at + 1));
  return object(`${show(word)} goes by the client's user`, 'users are not looked up here; write the host alone');
}

function parseHost(word: string): Parsed<HostPattern> {
  if (word === '') return object('nothing stands after the @', undefined);
  if (word.startsWith('@')) {
    return object(`${show(word)} is a netgroup`, 'netgroups are not supported; write the hosts or their network');
  }
  if (word.startsWith('/')) {
    return object(
      `${show(word)} is a file with patterns`,
      'files of patterns are not supported; write the patterns here',
    );
  }
  const plain = word.toUpperCase();
  if (plain === 'ALL' || plain === 'KNOWN' || plain === 'UNKNOWN' || plain === 'LOCAL' || plain === 'PARANOID') {
    return { pattern: { kind: plain } };
  }
  if (word.startsWith('[')) return bracketed(word);
  if (word.includes('/')) return block(word);
  if (/[*?]/.test(word)) return wildcards(word);
  if (/^[\d.]+$/.test(word)) return numeric(word);
  return named(word);
}

/** `[IPv6]` and `[IPv6]/n`. */
function bracketed(word: string): Parsed<HostPattern> {
  const [, text = '', slash, length = ''] = /^\[([^\]]*)\](\/(.*))?$/s.exec(word) ?? [];
  const address = parseIpv6(text);
  if (address === undefined) return object(`${show(word)} is not an IPv6 address`, 'the form is [2001:db8::]/32');
  return slash === undefined ? network(address, 128, word) : withLength(address, length, word);
}

/** `n.n.n.n/n` and `n.n.n.n/m.m.m.m`. Bits after the mask are passed over; for libwrap such a block holds nothing. */
function block(word: string): Parsed<HostPattern> {
  const slash = word.indexOf('/');
  const address = parseIpv4(word.slice(0, slash));
  const length = word.slice(slash + 1);
  if (address === undefined) return object(`${show(word)} is not a block of addresses`, 'write all four numbers');
  if (!length.includes('.')) return withLength(address, length, word);
  const mask = parseIpv4(length);
  const prefix = mask === undefined ? undefined : prefixOfNetmask(mask);
  if (prefix !== undefined) return network(address, prefix, word);
  return object(`${show(length)} is not a netmask`, 'the ones of a netmask all stand first, as in 255.255.240.0');
}

function withLength(address: IpAddress, length: string, word: string): Parsed<HostPattern> {
  const longest = longestPrefix(address);
  if (/^\d{1,3}$/.test(length) && Number(length) <= longest) return network(address, Number(length), word);
  return object(`${show(length)} is not the length of a prefix`, `it is a number from 0 to ${longest}`);
}

/** `a.b.c.d`, and `a.b.` for the addresses that begin so. */
function numeric(word: string): Parsed<HostPattern> {
  const octets = /^(\d{1,3}\.){1,3}$/.test(word) ? word.slice(0, -1).split('.') : word.split('.');
  const address = parseIpv4([...octets, '0', '0', '0'].slice(0, 4).join('.'));
  const whole = octets.length === 4 || word.endsWith('.');
  if (address !== undefined && whole && octets.length <= 4) return network(address, octets.length * 8, word);
  return object(`${show(word)} is not an address`, 'write all four numbers, or a dot after the first ones');
}

/** Made of digits, dots and wildcards alone it is about addresses: anybody may name a host `10.1.example`. */
function wildcards(word: string): Parsed<HostPattern> {
  const text = textPattern(word.toLowerCase());
  return { pattern: { kind: /^[\d.*?]+$/.test(word) ? 'address' : 'name', text } };
}

function named(word: string): Parsed<HostPattern> {
  const name = word.replace(/^\./, '').replace(/\.$/, '');
  const sensible = /^[a-z\d_-]+(\.[a-z\d_-]+)*$/i.test(name) && !/(^|\.)\d+$/.test(name) && name.length <= 253;
  if (sensible) return { pattern: { kind: 'name', text: textPattern(word.toLowerCase()) } };
  return object(`${show(word)} is neither an address nor a name`, undefined);
}

/** libwrap's string_match: `.end`, `start.`, `*` and `?`, or the whole. */
function textPattern(text: string): TextPattern {
  if (/[*?]/.test(text)) return { kind: 'wildcards', text: text.replace(/\*+/g, '*') };
  if (text.startsWith('.')) return { kind: 'suffix', text };
  return { kind: text.endsWith('.') ? 'prefix' : 'exact', text };
}

function network(address: IpAddress, prefix: number, text: string): Parsed<HostPattern> {
  const plain = unmapIp(address);
  const mapped = plain.family !== address.family && prefix >= 96;
  const ip = mapped ? plain : address;
  const bits = mapped ? prefix - 96 : prefix;
  return {
    pattern: {
      kind: 'network',
      network: { family: ip.family, address: formatIp(maskIp(ip, bits)), prefix: bits, text },
    },
  };
}

function object(message: string, help: string | undefined): { readonly objection: Objection } {
  return { objection: { message, help } };
}

/** A word of a file in a message: short, whoever wrote it. */
export function show(word: string): string {
  return `'${word.length > 60 ? `${word.slice(0, 57)}...` : word}'`;
}
