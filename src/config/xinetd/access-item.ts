/**
 * The words of only_from and no_access: addresses and blocks of addresses in all of xinetd's forms, host and
 * domain names.
 *
 * Where xinetd reads a form as something narrower or wider than it says (`/255.255.0.0`, `a.b.c.`, `/128`),
 * it means here what it says; where a form cannot mean anything sensible (`10/8`, which xinetd takes for
 * 0.0.0.0/8), it is refused. Names are kept as they are: whether `foo` is a host or a network is not looked
 * up here.
 */
import {
  formatIp,
  type IpAddress,
  isMapped,
  longestPrefix,
  maskIp,
  parseIpv4,
  parseIpv4Loosely,
  parseIpv6,
  prefixOfNetmask,
  unmapIp,
} from '../../address/mod.ts';
import type { AccessItem } from '../definition.ts';
import { quote, shorten } from '../diagnostic/mod.ts';
import type { Report } from './attribute.ts';
import type { Word } from './tree.ts';

/** One word may stand for several blocks; undefined after an error. */
export function parseAccessItem(word: Word, report: Report): readonly AccessItem[] | undefined {
  const { text } = word;
  if (/[{}]/.test(text)) return factorised(word, report);
  if (text.includes(',')) {
    report('comma-in-list', word, `${quote(text)} holds a comma`, 'separate the addresses by spaces');
    return undefined;
  }
  if (text.includes(':')) return ipv6(word, report);
  if (text.includes('/')) return ipv4Block(word, report);
  if (text.startsWith('.')) return domain(word, report);
  return dottedPrefix(word) ?? numeric(word, report) ?? host(word, report);
}

/** Equal for items that mean the same, which is what `-=` goes by. */
export function accessItemKey(item: AccessItem): string {
  switch (item.kind) {
    case 'network':
      return `${item.network.address}/${item.network.prefix}`;
    case 'host':
      return item.name.toLowerCase();
    case 'domain':
      return item.suffix.toLowerCase();
  }
}

/** Letters, digits, hyphens and underscores between dots; the last label not all digits. */
export function isHostName(text: string): boolean {
  return text.length <= 255 && /^[a-z\d_-]+(\.[a-z\d_-]+)*\.?$/i.test(text) && !/(^|\.)\d+\.?$/.test(text);
}

/** `a.b.{c,d}`: the braces end the word, and each number in them completes a prefix of its own. */
function factorised(word: Word, report: Report): readonly AccessItem[] | undefined {
  const [, start, choices] = /^((?:\d{1,3}\.){1,3})\{(\d{1,3}(?:,\d{1,3})*)\}$/.exec(word.text) ?? [];
  const items: AccessItem[] = [];
  for (const choice of choices?.split(',') ?? []) {
    const item = octetPrefix(`${start}${choice}`, word.text);
    if (item === undefined) break;
    items.push(item);
  }
  if (choices !== undefined && items.length === choices.split(',').length) return items;
  report(
    'bad-address',
    word,
    `${quote(word.text)} is not a factorised address`,
    'the form is a.b.{c,d}: numbers to 255 and commas, the braces last',
  );
  return undefined;
}

/** `a.b.c.` is a.b.c.0/24. */
function dottedPrefix(word: Word): readonly AccessItem[] | undefined {
  const item = /^(\d{1,3}\.){1,3}$/.test(word.text) ? octetPrefix(word.text.slice(0, -1), word.text) : undefined;
  return item === undefined ? undefined : [item];
}

function octetPrefix(octets: string, text: string): AccessItem | undefined {
  const parts = octets.split('.');
  const address = parseIpv4([...parts, '0', '0', '0'].slice(0, 4).join('.'));
  return address === undefined ? undefined : network(address, parts.length * 8, text);
}

/** inet_aton(3)'s forms; octets that are zero at the end stand for anything. */
function numeric(word: Word, report: Report): readonly AccessItem[] | undefined {
  const address = parseIpv4Loosely(word.text);
  if (address === undefined) return undefined;
  const plain = formatIp(address);
  if (plain !== word.text && word.text !== '0')
    report('address-reads-as', word, `${quote(word.text)} is the address ${plain}`);
  let octets = 4;
  while (octets > 0 && address.bytes[octets - 1] === 0) octets--;
  return [network(address, octets * 8, word.text)];
}

/** `a.b.c.d/n` and `a.b.c.d/w.x.y.z`. */
function ipv4Block(word: Word, report: Report): readonly AccessItem[] | undefined {
  const { text } = word;
  const slash = text.indexOf('/');
  const base = text.slice(0, slash);
  const length = text.slice(slash + 1);
  const address = parseIpv4(base);
  if (address === undefined) {
    const [, octets] = /^(\d{1,3}(?:\.\d{1,3}){0,2})\.?$/.exec(base) ?? [];
    const whole = [...(octets?.split('.') ?? []), '0', '0', '0'].slice(0, 4).join('.');
    const help = octets === undefined ? undefined : `write all four octets: ${whole}/${shorten(length, 15)}`;
    report('bad-address', word, `${quote(base)} is not a whole IPv4 address`, help);
    return undefined;
  }
  if (!length.includes('.')) return withLength(word, address, length, report);
  const mask = parseIpv4(length);
  const prefix = mask === undefined ? undefined : prefixOfNetmask(mask);
  if (prefix !== undefined) return [network(address, prefix, text)];
  report(
    'bad-address',
    word,
    `${quote(length)} is not a netmask`,
    'the ones of a netmask all stand first, as in 255.255.240.0',
  );
  return undefined;
}

function ipv6(word: Word, report: Report): readonly AccessItem[] | undefined {
  const [base = '', length, ...rest] = word.text.split('/', 3);
  const address = parseIpv6(base);
  if (address === undefined || rest.length > 0) {
    const help = base.includes('%') ? 'leave out the scope: an access list goes by the address alone' : undefined;
    report('bad-address', word, `${quote(word.text)} is not an IPv6 address or a block of them`, help);
    return undefined;
  }
  return length === undefined ? [network(address, 128, word.text)] : withLength(word, address, length, report);
}

function withLength(word: Word, address: IpAddress, length: string, report: Report): readonly AccessItem[] | undefined {
  const longest = longestPrefix(address);
  if (/^\d{1,3}$/.test(length) && Number(length) <= longest) return [network(address, Number(length), word.text)];
  const problem = length === '' ? "nothing stands after the '/'" : `${quote(length)} is not the length of a prefix`;
  report('bad-address', word, problem, `the length of a prefix is a number from 0 to ${longest}`);
  return undefined;
}

function domain(word: Word, report: Report): readonly AccessItem[] | undefined {
  if (isHostName(word.text.slice(1))) return [{ kind: 'domain', suffix: word.text }];
  report('bad-address', word, `${quote(word.text)} is not the end of a host name`);
  return undefined;
}

function host(word: Word, report: Report): readonly AccessItem[] | undefined {
  if (isHostName(word.text)) return [{ kind: 'host', name: word.text }];
  report('bad-address', word, `${quote(word.text)} is neither an address nor a name`);
  return undefined;
}

/** An IPv4 block in IPv6 clothes is the IPv4 block: that is how its clients appear. */
function network(address: IpAddress, prefix: number, text: string): AccessItem {
  const mapped = isMapped(address) && prefix >= 96;
  const ip = mapped ? unmapIp(address) : address;
  const bits = mapped ? prefix - 96 : prefix;
  return { kind: 'network', network: { family: ip.family, address: formatIp(maskIp(ip, bits)), prefix: bits, text } };
}
