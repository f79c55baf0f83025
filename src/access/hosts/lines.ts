/**
 * The text of hosts.allow or hosts.deny as logical lines (hosts_access(5)): a backslash at the end of a line joins the
 * next one, and comments and blank lines are left out.
 *
 * Two things are read otherwise than by libwrap, which takes a `#` for a comment only as the very first character: here
 * blanks may stand before it, and a `#` after a blank ends the line. A note says so, since libwrap reads words there.
 */

export interface LogicalLine {
  /** Of its first line, counted from 1. */
  readonly number: number;
  readonly text: string;
  /** A comment was taken off that libwrap would have read. */
  readonly commented: boolean;
}

const commentSign = /^\s*#|\s#/;

/** Lines that say something, and those that hold a comment which libwrap would read; these have an empty text. */
export function* logicalLines(text: string): Generator<LogicalLine> {
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length; at++) {
    const number = at + 1;
    const parts = [lines[at] ?? ''];
    while (parts.at(-1)?.endsWith('\\') === true) {
      parts.push(`${parts.pop()?.slice(0, -1)}`, lines[++at] ?? '');
    }
    const whole = parts.join('');
    if (whole.startsWith('#')) continue;
    const comment = whole.search(commentSign);
    const said = (comment === -1 ? whole : whole.slice(0, comment)).trim();
    if (said !== '' || comment !== -1) yield { number, text: said, commented: comment !== -1 };
  }
}

/**
 * The fields of a line, which colons separate; those inside of `[…]` belong to IPv6 addresses. The third is all that is
 * left, since a colon in an option may be written as `\:`.
 */
export function fields(line: string): readonly string[] {
  const found: string[] = [];
  const lastClose = line.lastIndexOf(']');
  let start = 0;
  for (let at = 0; at < line.length && found.length < 2; at++) {
    if (line[at] === '[' && at < lastClose) {
      at = line.indexOf(']', at);
    } else if (line[at] === ':') {
      found.push(line.slice(start, at));
      start = at + 1;
    }
  }
  found.push(line.slice(start));
  return found;
}
