/**
 * What the dialects that a text may be written in disagree about: one note for each matter that occurs, at the first
 * line where it does, which says what each of them makes of it and which one is followed. A file that says whose it
 * is, or that can only be one inetd's, has none.
 *
 * What a dialect does not have at all is no disagreement but a refusal; see foreign.ts.
 */
import { type Diagnostic, diagnose } from '../diagnostic/mod.ts';
import type { SourceFile, Span } from '../source/mod.ts';
import { linesOf } from './detect.ts';
import type { Item } from './entries.ts';
import { dialectHelp, namesOf, type Rules } from './rules.ts';
import { isBlank, type Word } from './words.ts';

interface Matter {
  readonly what: (word: Word) => string;
  /** The same words mean the same thing. */
  readonly does: (rules: Rules) => string;
}

interface EntryMatter extends Matter {
  readonly find: (words: readonly Word[]) => Word | undefined;
}

const families = {
  'inet-and-inet6': 'IPv4 and IPv6 (two sockets)',
  'inet6-and-inet': 'IPv6 and IPv4',
  dual: 'IPv6 and IPv4',
  inet: 'IPv4 alone',
  inet6: 'IPv6 alone',
} as const;

const entryMatters: readonly EntryMatter[] = [
  {
    find: (words) => (hasAddress(words[0]) ? undefined : protocolOf(words, /^(rpc\/)?(tcp|udp)(,|$)/)),
    what: ({ text }) => `the protocol '${text}' without a digit`,
    does: ({ protocols }) => familiesOf(protocols.get('tcp')),
  },
  {
    find: (words) => protocolOf(words, /^(rpc\/)?(tcp|udp)6(,|$)/),
    what: ({ text }) => `the protocol '${text}'`,
    does: ({ protocols }) => familiesOf(protocols.get('tcp6')),
  },
  {
    find: ([, , , , user]) => (user !== undefined && /^[^:.]+\.[^:]*$/.test(user.text) ? user : undefined),
    what: ({ text }) => `'${text}'`,
    does: ({ dottedGroup }) => (dottedGroup ? 'a user and a group' : 'the name of a user'),
  },
  {
    find: (words) => (words.length === 6 && words[5]?.text !== 'internal' ? words[5] : undefined),
    what: ({ text }) => `argv[0] of '${text}', which has no words behind it,`,
    does: ({ argv0 }) => (argv0 === 'path' ? 'the whole path' : 'its last component'),
  },
];

const hash: Matter = {
  what: () => `a '#' that is not in the first column`,
  does: ({ comments }) => (comments === 'anywhere' ? 'the beginning of a comment' : 'a part of the word'),
};
const quote: Matter = {
  what: () => 'a quote in an argument',
  does: ({ quotes }) =>
    ({
      none: 'a character like any other',
      leading: 'the beginning of a word with blanks, at the beginning of a word',
      shell: 'the beginning of a part with blanks',
      whole: 'the beginning of a word with blanks, at the beginning of a word',
    })[quotes],
};
const indented: Matter = {
  what: () => 'a line that begins with a blank',
  does: ({ continuation }) => (continuation === 'blank' ? 'a part of the entry above it' : 'an entry of its own'),
};
const backslash: Matter = {
  what: () => 'a backslash at the end of a line',
  does: ({ continuation }) =>
    continuation === 'backslash' ? 'a sign that the entry goes on below' : 'a part of the word',
};

/** @param items as the first of the candidates cuts the file */
export function disagreements(
  file: SourceFile,
  items: readonly Item[],
  rules: Rules,
  candidates: readonly Rules[],
): readonly Diagnostic[] {
  if (candidates.length < 2) return [];
  const first = new Map<Matter, Word>();
  const count = new Map<Matter, number>();
  const note = (matter: Matter, word: Word): void => {
    if (!first.has(matter)) first.set(matter, word);
    count.set(matter, (count.get(matter) ?? 0) + 1);
  };
  for (const item of items) {
    if (item.kind !== 'fields') continue;
    for (const matter of entryMatters) {
      const word = matter.find(item.words);
      if (word !== undefined) note(matter, word);
    }
    const marked = item.words.slice(6).find(({ span }) => /["']/.test(textOf(span)));
    if (marked !== undefined) note(quote, marked);
  }
  let open = false;
  for (const { start, end } of linesOf(file)) {
    const line = file.text.slice(start, end);
    if (line.trim() === '' || line.startsWith('#')) {
      open = false;
      continue;
    }
    const at = line.search(/\S/);
    if (open && isBlank(line[0])) note(indented, wordAt(file, start + at, end));
    const sign = line.indexOf('#', at + 1);
    if (sign !== -1) note(hash, wordAt(file, start + sign, end));
    if (line.endsWith('\\')) note(backslash, wordAt(file, end - 1, end));
    open = true;
  }
  return [...first].flatMap(([matter, word]) => describe(matter, word, count.get(matter) ?? 1, rules, candidates));
}

function describe(
  matter: Matter,
  word: Word,
  count: number,
  rules: Rules,
  candidates: readonly Rules[],
): readonly Diagnostic[] {
  const opinions = new Map<string, Rules[]>();
  for (const candidate of candidates) {
    const opinion = matter.does(candidate);
    opinions.set(opinion, [...(opinions.get(opinion) ?? []), candidate]);
  }
  if (opinions.size < 2) return [];
  const each = [...opinions].map(([opinion, those]) => `${opinion} to ${namesOf(those)} inetd`).join('; ');
  const more = count === 1 ? '' : ` (here and in ${count - 1} more ${count === 2 ? 'place' : 'places'})`;
  const message = `${matter.what(word)} is ${each}; it is read as ${rules.whose}${more}`;
  return [diagnose('dialects-disagree', word.span, message, { help: dialectHelp('NAME') })];
}

function hasAddress(word: Word | undefined): boolean {
  return word === undefined || /:./.test(word.text) || word.text.startsWith('/');
}

function protocolOf(words: readonly Word[], pattern: RegExp): Word | undefined {
  const word = words[2];
  return word !== undefined && pattern.test(word.text) ? word : undefined;
}

function familiesOf(protocol: keyof typeof families | 'unix' | undefined): string {
  return protocol === undefined || protocol === 'unix' ? 'unknown' : families[protocol];
}

function textOf({ file, start, end }: Span): string {
  return file.text.slice(start, end);
}

function wordAt(file: SourceFile, start: number, end: number): Word {
  return { text: file.text.slice(start, end), span: { file, start, end } };
}
