/**
 * Single-dash options as xinetd and the inetds have them (`-filelog F`, `-dontfork`, `-R 40`), read by a small
 * table: which options there are and whether each takes a value.
 */

/** How an option is followed: by nothing, by a value, or by a number if one stands there. */
export type OptionKind = 'flag' | 'value' | 'optional-number';

export interface ParsedOptions {
  /** The last value given; a flag has an empty one. */
  readonly values: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
  /** Words that begin with a dash and are no option. */
  readonly unknown: readonly string[];
  /** An option without the value that it needs. */
  readonly incomplete: string | undefined;
}

/**
 * @param table option words, dash included
 * @param bundled true: single letters may be written together (`-di`) and with their value (`-R40`), as getopt(3) does
 */
export function parseOptions(
  words: readonly string[],
  table: Readonly<Record<string, OptionKind>>,
  bundled: boolean,
): ParsedOptions {
  const values = new Map<string, string>();
  const operands: string[] = [];
  const unknown: string[] = [];
  const queue = [...words];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (word === '--' && bundled) {
      operands.push(...queue);
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      operands.push(word);
      continue;
    }
    const name = bundled ? word.slice(0, 2) : word;
    const rest = bundled ? word.slice(2) : '';
    const kind = Object.hasOwn(table, name) ? table[name] : undefined;
    if (kind === undefined) {
      unknown.push(word);
    } else if (kind === 'flag') {
      values.set(name, '');
      if (rest !== '') queue.unshift(`-${rest}`);
    } else if (kind === 'optional-number') {
      const next = queue[0];
      values.set(name, next !== undefined && /^\d+$/.test(next) ? (queue.shift() ?? '') : '');
    } else {
      const value = rest === '' ? queue.shift() : rest;
      if (value === undefined) return { values, operands, unknown, incomplete: name };
      values.set(name, value);
    }
  }
  return { values, operands, unknown, incomplete: undefined };
}

/** A whole number of at least `least`, or undefined. */
export function wholeNumber(text: string, least: number): number | undefined {
  if (!/^\d{1,9}$/.test(text)) return undefined;
  const number = Number(text);
  return number >= least ? number : undefined;
}
