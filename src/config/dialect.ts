/**
 * Tells an xinetd.conf from an inetd.conf by what is in it, since neither a name nor a place does. The first
 * line that can only be one of the two decides; comments and blank lines say nothing.
 */
import type { Dialect } from './definition.ts';
import type { SourceFile } from './source/mod.ts';
import { looksLikeXinetd } from './xinetd/mod.ts';

/** `empty`: nothing but comments; `unknown`: no line looks like either. */
export type Guess = Dialect | 'empty' | 'unknown';

const inetdLine = [
  /^\S+\s+(stream|dgram|raw|rdm|seqpacket)\b/,
  // NetBSD's second spelling, and its directives: not read yet, but named as what they are.
  /^\S+\s+(on|off)\b/,
  /^\.[a-z]+\s+\S/,
  // An `addr:` line.
  /^\S*:$/,
  // An entry with an unknown socket type.
  /^\S+\s+\S+\s+(rpc\/)?(tcp|udp|unix)\S*\s+(no)?wait\b/,
];

/** Looks at as many lines as it takes; the headers of xinetd.conf are known to its reader. */
export function guessDialect({ text, lineStarts }: SourceFile): Guess {
  if (looksLikeXinetd(text)) return 'xinetd';
  let guess: Guess = 'empty';
  for (const [index, start] of lineStarts.entries()) {
    const line = text
      .slice(start, lineStarts[index + 1] ?? text.length)
      .replace(/^\xef\xbb\xbf/, '')
      .trim();
    if (line === '' || line.startsWith('#')) continue;
    if (inetdLine.some((shape) => shape.test(line))) return 'inetd';
    guess = 'unknown';
  }
  return guess;
}
