/**
 * Words to values, for the kinds of value that several attributes share. Each function reports what is wrong
 * and then returns undefined. Numbers are plain decimal: no sign where none can mean anything, no fraction,
 * no trailing letters, and nothing wraps around (xinetd takes `-1` for a large number in some places).
 */
import type { Bound } from '../definition.ts';
import { quote, suggest } from '../diagnostic/mod.ts';
import type { Report, WordEntry } from './attribute.ts';
import type { Word } from './tree.ts';

/** The largest `int`, which is as far as any limit of the system goes. */
export const largestInt: number = 2 ** 31 - 1;

export interface Range {
  readonly low: number;
  readonly high: number;
  /** For messages: `a port`, `a number of servers`. */
  readonly what: string;
}

export function anyWord(word: Word): string {
  return word.text;
}

export function wholeNumber(word: Word, report: Report, { low, high, what }: Range): number | undefined {
  const number = /^[+-]?\d+$/.test(word.text) ? Number(word.text) : Number.NaN;
  if (number >= low && number <= high) return number + 0;
  const problem = Number.isNaN(number) ? 'is not a whole number' : 'is out of range';
  report('bad-number', word, `${quote(word.text)} ${problem}`, `${what} is a whole number from ${low} to ${high}`);
  return undefined;
}

/** A whole number or UNLIMITED. */
export function bound(word: Word, report: Report, what: string): Bound | undefined {
  if (word.text.toUpperCase() === 'UNLIMITED') return 'UNLIMITED';
  if (/^\d+$/.test(word.text) && Number(word.text) <= largestInt) return Number(word.text);
  const problem = /^\+?\d+$/.test(word.text) ? 'is out of range' : 'is not a whole number';
  report(
    'bad-number',
    word,
    `${quote(word.text)} ${problem}`,
    `${what} is a whole number from 0 to ${largestInt}, or UNLIMITED`,
  );
  return undefined;
}

const units: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['K', 1024],
  ['M', 1024 ** 2],
  ['G', 1024 ** 3],
]);

/** A number with K, M or G behind it, in bytes (or whatever is counted). G is kinetd's own. */
export function size(word: Word, report: Report): number | undefined {
  const [, digits, letter = ''] = /^(\d+)([kmg]?)$/i.exec(word.text) ?? [];
  const value = Number(digits) * (units.get(letter.toUpperCase()) ?? 1);
  if (Number.isSafeInteger(value)) return value;
  const problem = digits === undefined ? 'is not a size' : 'is out of range';
  report(
    'bad-number',
    word,
    `${quote(word.text)} ${problem}`,
    'a size is a whole number, with K, M or G behind it if liked',
  );
  return undefined;
}

export function sizeBound(word: Word, report: Report): Bound | undefined {
  return word.text.toUpperCase() === 'UNLIMITED' ? 'UNLIMITED' : size(word, report);
}

export const yesNoWords: readonly WordEntry<'yes' | 'no'>[] = [
  { word: 'yes', documentation: '' },
  { word: 'no', documentation: '' },
];

export function yesNo(word: Word, report: Report): boolean | undefined {
  const answer = oneOf(yesNoWords)(word, report);
  return answer === undefined ? undefined : answer === 'yes';
}

/** Reads one of a few words, whatever their case. `removed` are words that were once among them. */
export function oneOf<W extends string>(
  entries: readonly WordEntry<W>[],
  removed: Readonly<Record<string, string>> = {},
): (word: Word, report: Report) => W | undefined {
  const byLowerCase = new Map(entries.map((entry) => [entry.word.toLowerCase(), entry]));
  return (word, report) => {
    const entry = byLowerCase.get(word.text.toLowerCase());
    if (entry === undefined) {
      const help = removed[word.text.toUpperCase()];
      if (help !== undefined) report('word-removed', word, `${quote(word.text)} has no meaning any more`, help);
      else report('bad-word', word, `${quote(word.text)} is not known here`, expectation(word.text, entries));
      return undefined;
    }
    if (entry.remark !== undefined) report(entry.remark.code, word, entry.remark.message);
    return entry.word;
  };
}

/** Reads several of a few words. */
export function manyOf<W extends string>(
  entries: readonly WordEntry<W>[],
): (words: readonly Word[], report: Report) => ReadonlySet<W> | undefined {
  const read = oneOf(entries);
  return (words, report) => {
    const found = new Set<W>();
    let good = true;
    for (const word of words) {
      const value = read(word, report);
      if (value === undefined) good = false;
      else found.add(value);
    }
    return good ? found : undefined;
  };
}

function expectation(text: string, entries: readonly WordEntry<string>[]): string {
  const words = entries.map((entry) => entry.word);
  const near = suggest(text, words);
  return near === undefined
    ? `expected ${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
    : `did you mean '${near}'?`;
}
