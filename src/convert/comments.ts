/**
 * Comments of a configuration file, each with its place, as bytes. Those of an xinetd.conf stand on lines of their own,
 * behind a header, a brace, or a value; those of an inetd.conf on lines of their own, behind an entry where the inetd has
 * that, and between the keys of NetBSD's second form.
 */
import type { SourceFile, Span } from '../config/mod.ts';

export interface Comment {
  readonly start: number;
  /** From its `#` on. */
  readonly text: string;
}

/**
 * @param spans what stands in the file, in its order, behind which a comment may begin: the attributes of an xinetd.conf, the entries of
 * an inetd.conf
 */
export function commentsOf(
  file: SourceFile,
  dialect: 'xinetd' | 'inetd',
  spans: readonly Pick<Span, 'start' | 'end'>[],
): readonly Comment[] {
  const found = new Map<number, string>();
  const put = (start: number, text: string): void => {
    const line = text.trimEnd();
    // What another conversion has said of where it comes from; whose inetd a file is for, which the new one says anew.
    if (!/^# (Converted from .* by kinetd|kinetd: dialect )/.test(line)) found.set(start, line);
  };
  // Spans and lines are in the order of the text.
  let next = 0;
  const within = (at: number): boolean => {
    while ((spans[next]?.end ?? Number.POSITIVE_INFINITY) <= at) next++;
    return (spans[next]?.start ?? Number.POSITIVE_INFINITY) < at;
  };
  for (const [index, start] of file.lineStarts.entries()) {
    const line = file.text.slice(start, file.lineStarts[index + 1] ?? file.text.length);
    const shape = dialect === 'xinetd' ? /^(\s*(?:[{}]\s*|(?:service|defaults)\b[^#]*\s)?)(#.*)/i : /^(\s*)(#.*)/;
    const [, before = '', text] = shape.exec(line) ?? [];
    const at = start + before.length;
    if (text !== undefined && (dialect === 'xinetd' || !within(at))) put(at, text);
  }
  for (const { start, end } of spans) {
    const [, blanks = '', text] = /^([ \t]*)(#.*)/.exec(file.text.slice(end)) ?? [];
    if (text !== undefined) put(end + blanks.length, text);
    if (dialect === 'inetd') for (const comment of betweenKeys(file, start, end)) put(comment.start, comment.text);
  }
  return [...found].map(([start, text]) => ({ start, text })).toSorted((a, b) => a.start - b.start);
}

/** In NetBSD's `service on key = value, … ;`, where a `#` between quotes is none. */
function betweenKeys({ text }: SourceFile, start: number, end: number): readonly Comment[] {
  const entry = text.slice(start, end);
  if (!/^\S+\s+(on|off)\s/.test(entry)) return [];
  return [...entry.matchAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|#.*/g)].flatMap(({ 0: found, index }) =>
    found.startsWith('#') ? [{ start: start + index, text: found }] : [],
  );
}

/** Hands out comments in their order, each once. */
export class CommentQueue {
  readonly #comments: Comment[];

  constructor(comments: readonly Comment[]) {
    this.#comments = comments.toReversed();
  }

  /** Those that stand before a place and nobody has taken. */
  before(place: number): readonly string[] {
    const taken: string[] = [];
    for (let next = this.#comments.at(-1); next !== undefined && next.start < place; next = this.#comments.at(-1)) {
      taken.push(next.text);
      this.#comments.pop();
    }
    return taken;
  }
}
