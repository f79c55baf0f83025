/**
 * Words in quotes, for attributes whose values may hold blanks. xinetd.conf has no quoting, so a line has been cut at its
 * blanks by then; it is put together again here and cut anew, as a shell does it:
 *
 * - between single quotes everything stands for itself;
 * - between double quotes and outside of quotes a backslash takes the meaning from a quote, a backslash or a blank
 *   behind it, and `\n` and `\t` are a newline and a tab;
 * - what touches is one word, and `''` is an empty one.
 *
 * There are no variables, patterns or commands in it. Blanks between quotes count as spaces.
 */
import type { Report } from './attribute.ts';
import type { Word } from './tree.ts';

const escapes: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['\\', '\\'],
  ['"', '"'],
  ["'", "'"],
  [' ', ' '],
]);

/** Between single quotes, between double ones, outside of quotes, blanks; or what none of these can be. */
const pieces = /'([^']*)'|"((?:[^"\\]|\\.)*)"|((?:[^ '"\\]|\\.)+)|( +)|./gs;

/** @returns undefined after an error: a quotation that does not end, or a backslash before something else */
export function unquote(words: readonly Word[], report: Report): string[] | undefined {
  const first = words[0]?.start ?? 0;
  const wordAt = (offset: number): Word | undefined => words.findLast(({ start }) => start <= first + offset);
  const found: string[] = [];
  let word: string | undefined;
  for (const { index, 0: piece, 1: single, 2: double, 3: bare, 4: blanks } of joined(words).matchAll(pieces)) {
    if (blanks !== undefined) {
      if (word !== undefined) found.push(word);
      word = undefined;
      continue;
    }
    const text = single ?? withoutBackslashes(double ?? bare);
    if (text === undefined) {
      const what =
        piece === "'" || piece === '"'
          ? 'the quotation that begins here does not end'
          : 'a backslash stands before something that has no second meaning';
      report('bad-quoting', wordAt(index), what, 'write \\\\ for a backslash, \\\' and \\" for quotation marks');
      return undefined;
    }
    word = (word ?? '') + text;
  }
  return word === undefined ? found : [...found, word];
}

function withoutBackslashes(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  let known = true;
  const meant = text.replace(/\\(.)/gs, (_, escaped: string) => {
    const char = escapes.get(escaped);
    known &&= char !== undefined;
    return char ?? '';
  });
  return known ? meant : undefined;
}

/** The word as {@link unquote} reads it. */
export function quoted(word: string): string {
  if (/^[\w@%+=:,./\u0080-\u00ff-]+$/.test(word)) return word;
  if (!/['\n\t]/.test(word)) return `'${word}'`;
  const escaped = word.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  return `"${escaped}"`;
}

/** With as many blanks as there were. */
function joined(words: readonly Word[]): string {
  const start = words[0]?.start ?? 0;
  let text = '';
  for (const word of words) text = text.padEnd(word.start - start) + word.text;
  return text;
}
