/**
 * Lines and words of an xinetd.conf. A line ends at a newline; words are parted by spaces and tabs only, and
 * there is no quoting, no continuation and no limit of length. Lines that are empty or whose first character
 * after any C white space is `#` are passed over. Carriage returns before the newline are no part of a line,
 * so files from Windows mean what they say (xinetd takes them into the last value).
 *
 * One pass over the text; a line is cut into words only when it is asked for.
 */
import type { SourceFile } from '../source/mod.ts';
import type { Word } from './tree.ts';

/** A line with at least one word. */
export type Line = readonly [Word, ...Word[]];

const tab = 9;
const carriageReturn = 13;
const space = 32;
const hash = 35;

/** A cursor over the significant lines of a file. */
export interface Lines {
  /** The next line, which stays next. */
  peek(): Line | undefined;
  next(): Line | undefined;
}

export function linesOf(file: SourceFile): Lines {
  const { text } = file;
  // A byte order mark, as its three bytes.
  let at = text.startsWith('\u00ef\u00bb\u00bf') ? 3 : 0;
  let waiting: Line | undefined;

  function advance(): Line | undefined {
    while (at < text.length) {
      const newline = text.indexOf('\n', at);
      const start = at;
      let end = newline === -1 ? text.length : newline;
      at = end + 1;
      while (end > start && text.charCodeAt(end - 1) === carriageReturn) end--;
      const line = cut(text, start, end);
      if (line !== undefined) return line;
    }
    return undefined;
  }

  return {
    peek: () => {
      waiting ??= advance();
      return waiting;
    },
    next: () => {
      const line = waiting ?? advance();
      waiting = undefined;
      return line;
    },
  };
}

function cut(text: string, start: number, end: number): Line | undefined {
  let at = start;
  while (at < end && isWhite(text.charCodeAt(at))) at++;
  if (at === end || text.charCodeAt(at) === hash) return undefined;
  const line: [Word, ...Word[]] = [wordAt(text, at, end)];
  at += line[0].text.length;
  for (;;) {
    while (at < end && isBlank(text.charCodeAt(at))) at++;
    if (at === end) return line;
    const word = wordAt(text, at, end);
    line.push(word);
    at += word.text.length;
  }
}

function wordAt(text: string, start: number, end: number): Word {
  let at = start;
  while (at < end && !isBlank(text.charCodeAt(at))) at++;
  return { text: text.slice(start, at), start };
}

function isBlank(code: number): boolean {
  return code === space || code === tab;
}

/** isspace(3) in the C locale; `\n` cannot occur. */
function isWhite(code: number): boolean {
  return code === space || (code >= tab && code <= carriageReturn);
}
