/**
 * The text of an inetd.conf cut into entries, and each entry into words with the place they stand.
 *
 * The rules are Debian's openbsd-inetd's, seen by running it: a `#` in the first column makes the line a
 * comment; a line that begins with a blank continues the entry above it; an empty line or a comment ends
 * what can be continued; words are apart by blanks and tabs, without quotes or escapes. Two things are
 * mended: a carriage return before the end of a line and a byte order mark before the first one are no
 * part of a word, and an indented `#` where an entry would begin is a comment (a syntax error there).
 *
 * Nothing here can fail: every text has entries.
 */
import type { SourceFile, Span } from '../source/mod.ts';

export interface Word {
  readonly text: string;
  readonly span: Span;
}

/** The words of one entry, at least one, continuation lines included. */
export interface Entry {
  readonly words: readonly [Word, ...Word[]];
  readonly span: Span;
}

/** A `#@` line: an IPsec policy for FreeBSD and NetBSD, a comment for everybody else. */
export interface PolicyLine {
  readonly span: Span;
}

export interface InetdText {
  readonly entries: readonly Entry[];
  readonly policies: readonly PolicyLine[];
}

export function splitEntries(file: SourceFile): InetdText {
  const entries: Entry[] = [];
  const policies: PolicyLine[] = [];
  let open: Word[] = [];
  const close = (): void => {
    const [first, ...rest] = open;
    if (first !== undefined) entries.push({ words: [first, ...rest], span: covering(first, rest.at(-1) ?? first) });
    open = [];
  };

  for (const line of lines(file.text)) {
    const words = wordsOf(file, line.start, line.end);
    const head = file.text[line.start];
    const first = words[0];
    if (head === '#' || first === undefined) {
      close();
      if (first?.text.startsWith('#@') === true) policies.push({ span: covering(first, words.at(-1) ?? first) });
    } else if (isBlank(head) && open.length > 0) {
      // A line may hold more words than a call takes arguments.
      for (const word of words) open.push(word);
    } else {
      close();
      if (!first.text.startsWith('#')) open = words;
    }
  }
  close();
  return { entries, policies };
}

function covering(first: Word, last: Word): Span {
  return { file: first.span.file, start: first.span.start, end: last.span.end };
}

/** UTF-8's, as the bytes that a file is read as. */
const byteOrderMark = '\xef\xbb\xbf';

/** Lines without their ends; a last line without a newline counts. */
function* lines(text: string): Generator<{ readonly start: number; readonly end: number }> {
  let start = text.startsWith(byteOrderMark) ? byteOrderMark.length : 0;
  while (start < text.length) {
    const newline = text.indexOf('\n', start);
    const next = newline === -1 ? text.length : newline;
    const end = text[next - 1] === '\r' && next > start ? next - 1 : next;
    yield { start, end };
    start = next + 1;
  }
}

function wordsOf(file: SourceFile, start: number, end: number): Word[] {
  const words: Word[] = [];
  let at = start;
  while (at < end) {
    while (at < end && isBlank(file.text[at])) at++;
    const from = at;
    while (at < end && !isBlank(file.text[at])) at++;
    if (at > from) words.push({ text: file.text.slice(from, at), span: { file, start: from, end: at } });
  }
  return words;
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}
