/**
 * Words that the dialect of a file does not have and another one does. A line with such a word is refused and both
 * are named: the inetd that the file is read as would make something else of the word, mostly in silence (Debian's
 * takes `nowait/3` for `nowait`, FreeBSD's `nowait.3` too).
 *
 * The same function tells the dialects that a line can be written in from the others; detect.ts counts them.
 */
import { isProtocol } from './fields.ts';
import { isNamedForm } from './named.ts';
import { allRules, namesOf, type Rules } from './rules.ts';
import type { Word } from './words.ts';

export interface Foreign {
  /** The word that gives it away. */
  readonly word: Word;
  readonly what: string;
  /** Whose spelling it is. */
  readonly owners: readonly [Rules, ...Rules[]];
}

/** The first word of an entry that the dialect does not have; undefined when it may be an entry of that dialect. */
export function foreignSpelling(words: readonly Word[], rules: Rules): Foreign | undefined {
  for (const trait of traits) {
    const found = trait.find(words);
    if (found === undefined || trait.has(rules, found.text)) continue;
    const [first, ...rest] = allRules.filter((other) => trait.has(other, found.text));
    if (first !== undefined) return { word: found, what: `${trait.what} '${found.text}'`, owners: [first, ...rest] };
  }
  return undefined;
}

/** The dialects that have every word of an entry. */
export function dialectsOf(words: readonly Word[]): readonly Rules[] {
  const found = traits.flatMap((trait) => {
    const word = trait.find(words);
    return word === undefined ? [] : [{ trait, text: word.text }];
  });
  return found.length === 0
    ? allRules
    : allRules.filter((rules) => found.every(({ trait, text }) => trait.has(rules, text)));
}

/** `the limits in 'nowait/3': so writes FreeBSD's inetd, and this file is read as Debian's` */
export function foreignMessage({ what, owners }: Foreign, rules: Rules): string {
  return `${what}: so writes ${namesOf(owners)} inetd, and this file is read as ${rules.whose}`;
}

interface Trait {
  readonly what: string;
  /** The word that has the trait. */
  readonly find: (words: readonly Word[]) => Word | undefined;
  readonly has: (rules: Rules, text: string) => boolean;
}

const namedKey =
  /^(bind|socktype|protocol|wait|user|group|exec|args|service_max|ip_max|accept_max|ipsec|sndbuf|recvbuf|acceptfilter)(=|$)/;

const isNetBsd = ({ dialect }: Rules): boolean => dialect === 'netbsd';
const isFreeBsd = ({ dialect }: Rules): boolean => dialect === 'freebsd';

const traits: readonly Trait[] = [
  { what: 'the directive', find: ([service]) => when(service, /(^|:)\.[a-z]/i), has: isNetBsd },
  {
    what: 'the key = value form',
    find: (words) =>
      words[1] !== undefined && isNamedForm(words[1].text)
        ? words[1]
        : words.length < 6
          ? words.find(({ text }, index) => index > 0 && namedKey.test(text))
          : undefined,
    has: isNetBsd,
  },
  { what: 'the tcpmux service', find: ([service]) => when(service, /(^|:)tcpmux\//), has: ({ tcpmux }) => tcpmux },
  { what: 'the Unix socket', find: ([service]) => when(service, /^:[^:]*:[^:]*:[0-7]{1,4}:\//), has: isFreeBsd },
  {
    what: 'the address in',
    find: ([service]) => (service !== undefined && hasAddress(service.text) ? service : undefined),
    has: ({ addresses }, text) => addresses === 'several' || (addresses === 'one' && !addressesOf(text).includes(',')),
  },
  { what: 'the accept option in', find: (words) => when(words[1], /^[a-z]+[,:]/), has: isNetBsd },
  { what: 'the protocol', find: (words) => when(words[2], /^rpc\//), has: ({ rpc }) => rpc },
  {
    what: 'the protocol',
    find: (words) => (words[2] !== undefined && isProtocol(words[2].text) ? words[2] : undefined),
    has: ({ protocols }, text) => protocols.has(text.replace(/^rpc\//, '').replace(/,.*/, '')),
  },
  { what: 'the protocol', find: (words) => when(words[2], /^(tcp|udp)\d*\/|^ttcp\b/), has: isFreeBsd },
  { what: 'the protocol', find: (words) => when(words[2], /^faith\//), has: isNetBsd },
  { what: 'the limits in', find: (words) => when(words[3], /^(no)?wait\/\d/), has: ({ wait }) => wait === 'slashes' },
  { what: 'the limit in', find: (words) => when(words[3], /^(no)?wait[.:]\d/), has: ({ wait }) => wait === 'rate' },
  { what: 'the login class in', find: (words) => when(words[4], /^[^/]+\/./), has: isFreeBsd },
];

function when(word: Word | undefined, pattern: RegExp): Word | undefined {
  return word !== undefined && pattern.test(word.text) ? word : undefined;
}

function hasAddress(text: string): boolean {
  return text.includes(':') && !text.startsWith('/') && !/^:[^:]*:[^:]*:[0-7]{1,4}:\//.test(text);
}

function addressesOf(text: string): string {
  return text.slice(0, text.lastIndexOf(':'));
}
