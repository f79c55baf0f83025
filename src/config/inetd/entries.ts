/**
 * The text of an inetd.conf cut into entries, and each entry into words with the place they stand.
 *
 * A `#` in the first column makes the line a comment for everybody. Where a line that begins with a blank continues
 * the entry above it, an empty line or a comment ends what can be continued (seen with Debian's openbsd-inetd).
 * Mended for all: a carriage return before the end of a line and a byte order mark before the first one are no part
 * of a word, and an indented `#` where an entry would begin is a comment.
 *
 * NetBSD's second form of an entry (`service on key = value, … ;`) goes to its `;`, over as many lines as that takes;
 * named.ts cuts it. Its directives begin with a dot.
 *
 * Nothing here can fail: every text has entries.
 */
import type { SourceFile, Span } from '../source/mod.ts';
import { cutNamed, isNamedForm, type NamedBody } from './named.ts';
import type { Rules } from './rules.ts';
import { cutLine, isBlank, type Line, type Word } from './words.ts';

/** Fields in their order, at least one. */
export interface FieldsEntry {
  readonly kind: 'fields';
  readonly words: readonly [Word, ...Word[]];
  readonly span: Span;
  readonly problems: Line['problems'];
}

/** NetBSD's `service on|off key = value, … ;`. */
export interface NamedEntry {
  readonly kind: 'named';
  readonly service: Word;
  readonly enabled: Word;
  readonly body: NamedBody;
  readonly span: Span;
  readonly problems: Line['problems'];
}

/** NetBSD's `.include` and what else begins with a dot. */
export interface Directive {
  readonly kind: 'directive';
  readonly words: readonly [Word, ...Word[]];
  readonly span: Span;
}

/** A `#@` line: an IPsec policy for FreeBSD and NetBSD, a comment for everybody else; empty, it takes one back. */
export interface PolicyLine {
  readonly kind: 'policy';
  readonly empty: boolean;
  readonly span: Span;
}

export type Item = FieldsEntry | NamedEntry | Directive | PolicyLine;

/** The items of a file in the order of the text. */
export function splitEntries(file: SourceFile, rules: Rules): Item[] {
  const items: Item[] = [];
  let open: { words: Word[]; problems: Line['problems'][number][] } = { words: [], problems: [] };
  const close = (): void => {
    const [first, ...rest] = open.words;
    if (first !== undefined) {
      items.push({ kind: 'fields', words: [first, ...rest], span: around(first, rest), problems: open.problems });
    }
    open = { words: [], problems: [] };
  };

  let at = file.text.startsWith(byteOrderMark) ? byteOrderMark.length : 0;
  while (at < file.text.length) {
    const { end, next } = lineAt(file.text, at, rules.continuation === 'backslash');
    const head = file.text[at];
    const start = at;
    at = next;
    if (head === '#') {
      close();
      const policy = policyLine(file, start, end);
      if (policy !== undefined) items.push(policy);
      continue;
    }
    const line = cutLine(file, start, end, rules);
    const [first, second] = line.words;
    if (first === undefined) {
      close();
    } else if (rules.continuation === 'blank' && isBlank(head) && open.words.length > 0) {
      // A line may hold more words than a call takes arguments.
      for (const word of line.words) open.words.push(word);
      for (const problem of line.problems) open.problems.push(problem);
    } else {
      close();
      if (first.text.startsWith('#')) continue;
      if (rules.dialect === 'netbsd' && first.text.startsWith('.')) {
        items.push({ kind: 'directive', words: [first, ...line.words.slice(1)], span: around(first, line.words) });
      } else if (rules.dialect === 'netbsd' && second !== undefined && isNamedForm(second.text)) {
        const body = cutNamed(file, second.span.end);
        const problems = line.problems.filter(({ span }) => span.start <= second.span.start);
        const span = { file, start: first.span.start, end: body.end };
        items.push({ kind: 'named', service: first, enabled: second, body, span, problems });
        at = body.end;
      } else {
        open = { words: [...line.words], problems: [...line.problems] };
      }
    }
  }
  close();
  return items;
}

function around(first: Word, rest: readonly Word[]): Span {
  return { file: first.span.file, start: first.span.start, end: (rest.at(-1) ?? first).span.end };
}

/** UTF-8's, as the bytes that a file is read as. */
const byteOrderMark = '\xef\xbb\xbf';

/**
 * The line that begins at `start`, without its end, and where the next one begins; a last line without a newline
 * counts. With `joins` a line that ends in a backslash goes on in the next.
 */
function lineAt(text: string, start: number, joins: boolean): { readonly end: number; readonly next: number } {
  for (let from = start; ; ) {
    const newline = text.indexOf('\n', from);
    const next = newline === -1 ? text.length : newline;
    const end = text[next - 1] === '\r' && next > start ? next - 1 : next;
    if (!joins || newline === -1 || end === start || text[end - 1] !== '\\') return { end, next: next + 1 };
    from = next + 1;
  }
}

function policyLine(file: SourceFile, start: number, end: number): PolicyLine | undefined {
  const text = file.text.slice(start, end);
  if (!text.startsWith('#@')) return undefined;
  const length = text.trimEnd().length;
  return { kind: 'policy', empty: text.slice(2).trim() === '', span: { file, start, end: start + length } };
}
