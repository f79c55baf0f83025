/**
 * A line cut into words, by each dialect's rules of quoting.
 *
 * | quotes    | whose            | rule                                                                             |
 * |-----------|------------------|----------------------------------------------------------------------------------|
 * | `none`    | Debian, OpenBSD, | words are apart by blanks and tabs, and that is all; where comments begin        |
 * |           | BusyBox          | anywhere, a `#` ends the line even within a word                                   |
 * | `leading` | FreeBSD          | a word that begins with `'` or `"` goes to the next one of these                 |
 * | `shell`   | NetBSD           | `'…'` and `"…"` anywhere in a word, without escapes                              |
 * | `whole`   | GNU inetutils    | a word may be `'…'` or `"…"` as a whole; a backslash is a character (seen)         |
 *
 * What the inetds make of a quote that is not closed, and GNU's of a `"` in the middle of a word (it cuts the word
 * there), is nothing that anybody can want: it is a problem, and the entry is refused. The words are there all the
 * same, so that everything else about the entry can be said too.
 */
import type { SourceFile, Span } from '../source/mod.ts';
import type { Rules } from './rules.ts';

export interface Word {
  /** Without the quotes. */
  readonly text: string;
  /** With them. */
  readonly span: Span;
}

export interface Line {
  readonly words: readonly Word[];
  /** What is wrong with the quotes. */
  readonly problems: readonly { readonly span: Span; readonly message: string; readonly help: string }[];
}

/** Cuts the text from `start` to `end`; a backslash before a newline in between is nothing. */
export function cutLine(file: SourceFile, start: number, end: number, rules: Pick<Rules, 'quotes' | 'comments'>): Line {
  const words: Word[] = [];
  const problems: { span: Span; message: string; help: string }[] = [];
  let at = start;
  while (at < end) {
    const skipped = blanks(file.text, at, end);
    if (skipped > at) {
      at = skipped;
      continue;
    }
    if (rules.comments === 'anywhere' && file.text[at] === '#') break;
    const cut = cutters[rules.quotes](file.text, at, end, rules.comments === 'anywhere');
    const span = { file, start: at, end: cut.end };
    words.push({ text: cut.text, span });
    if (cut.problem !== undefined) problems.push({ span, ...cut.problem });
    at = cut.end;
  }
  return { words, problems };
}

interface Cut {
  readonly text: string;
  /** Past the word; always past its start. */
  readonly end: number;
  readonly problem?: { readonly message: string; readonly help: string };
}

/** @param hash whether a `#` ends the word */
type Cutter = (text: string, start: number, end: number, hash: boolean) => Cut;

const cutters: Readonly<Record<Rules['quotes'], Cutter>> = {
  none: cutPlain,
  leading: cutLeading,
  shell: cutShell,
  whole: cutWhole,
};

const inTheMiddle = {
  message: "a quote in the middle of a word: GNU inetutils' inetd cuts the word there",
  help: 'put the whole word in quotes',
};
const unclosed = { message: 'this quote is not closed on its line', help: 'close it, or leave it off' };

function cutPlain(text: string, start: number, end: number, hash: boolean): Cut {
  let at = start;
  let word = '';
  while (at < end && !isBlank(text[at]) && !(hash && text[at] === '#')) {
    const newline = lineJoin(text, at, end);
    if (newline === 0) word += text[at++];
    else at += newline;
  }
  return { text: word, end: at };
}

function cutLeading(text: string, start: number, end: number): Cut {
  const quote = text[start];
  if (quote !== '"' && quote !== "'") return cutPlain(text, start, end, false);
  const close = text.indexOf(quote, start + 1);
  if (close === -1 || close >= end) return { text: text.slice(start + 1, end), end, problem: unclosed };
  return { text: text.slice(start + 1, close), end: close + 1 };
}

function cutShell(text: string, start: number, end: number): Cut {
  let word = '';
  let quote: string | undefined;
  let at = start;
  for (; at < end && (quote !== undefined || !isBlank(text[at])); at++) {
    const character = text[at] ?? '';
    if (character === quote) quote = undefined;
    else if (quote === undefined && (character === '"' || character === "'")) quote = character;
    else word += character;
  }
  return quote === undefined ? { text: word, end: at } : { text: word, end: at, problem: unclosed };
}

function cutWhole(text: string, start: number, end: number): Cut {
  const cut = cutLeading(text, start, end);
  if (cut.problem !== undefined) return cut;
  const isQuoted = text[start] === '"' || text[start] === "'";
  const rest = isQuoted ? cutPlain(text, cut.end, end, false) : cut;
  const isCut = isQuoted ? rest.text !== '' : cut.text.includes('"');
  return isCut ? { text: cut.text, end: rest.end, problem: inTheMiddle } : cut;
}

function blanks(text: string, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const newline = lineJoin(text, at, end);
    if (newline === 0 && !isBlank(text[at])) break;
    at += newline === 0 ? 1 : newline;
  }
  return at;
}

/** The length of a backslash with its end of line, 0 where there is none. */
function lineJoin(text: string, at: number, end: number): number {
  if (text[at] !== '\\') return 0;
  const length = text[at + 1] === '\n' ? 2 : text[at + 1] === '\r' && text[at + 2] === '\n' ? 3 : 0;
  return at + length <= end ? length : 0;
}

export function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}
