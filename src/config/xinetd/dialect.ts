/** Tells an xinetd.conf from an inetd.conf by its first lines that can only be one of the two. */
import { sourceFile } from '../source/mod.ts';
import { linesOf } from './lexer.ts';
import { headerKeyword } from './parser.ts';

const socketTypes: ReadonlySet<string> = new Set(['stream', 'dgram', 'raw', 'rdm', 'seqpacket']);

/** `text` holds one byte per character. False for a text that decides nothing, such as an empty one. */
export function looksLikeXinetd(text: string): boolean {
  const lines = linesOf(sourceFile('', text));
  for (let line = lines.next(); line !== undefined; line = lines.next()) {
    const [first, second, third] = line;
    // `service` could be the name of an inetd service.
    if (third !== undefined && socketTypes.has(second?.text.toLowerCase() ?? '')) return false;
    if (headerKeyword(line) !== undefined || first.text === '{' || first.text === '}') return true;
  }
  return false;
}
