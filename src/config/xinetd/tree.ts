/**
 * An xinetd.conf as its text has it: entries and include directives in their order, nothing interpreted.
 * The parser makes it, print.ts writes it again, interpret.ts makes Definitions of it.
 *
 * What is wrong with the grammar of an entry stays with that entry, so that it costs no other.
 */
import type { Diagnostic } from '../diagnostic/mod.ts';
import type { SourceFile, Span } from '../source/mod.ts';

/** Characters of the file between blanks. */
export interface Word {
  readonly text: string;
  readonly start: number;
}

export type Operator = '=' | '+=' | '-=';

/** `attribute = value value`, with at least a readable operator. */
export interface Assignment {
  readonly attribute: Word;
  readonly operator: Operator;
  readonly operatorStart: number;
  readonly values: readonly Word[];
  /** From a `#` on, where that begins a comment. */
  readonly comment: readonly Word[];
  /** Comments to be printed above it, a line each; what has been read has none. */
  readonly above?: readonly string[];
}

interface Block {
  readonly keyword: Word;
  /** Lines that are no assignment are not here; there is a problem about each. */
  readonly assignments: readonly Assignment[];
  /** Errors of its grammar; they make the whole entry bad. */
  readonly problems: readonly Diagnostic[];
  /** As {@link Assignment.above}, and in front of the brace at its end. */
  readonly above?: readonly string[];
  readonly below?: readonly string[];
}

export interface ServiceEntry extends Block {
  readonly kind: 'service';
  readonly name: Word;
}

export interface DefaultsEntry extends Block {
  readonly kind: 'defaults';
}

export interface Include {
  readonly kind: 'include' | 'includedir';
  readonly keyword: Word;
  readonly path: Word;
}

export type Item = ServiceEntry | DefaultsEntry | Include;

export interface Tree {
  readonly file: SourceFile;
  readonly items: readonly Item[];
  /** Problems that belong to no entry. */
  readonly problems: readonly Diagnostic[];
}

/** From the start of one word to the end of another. */
export function spanOf(file: SourceFile, first: Word, last: Word = first): Span {
  return { file, start: first.start, end: last.start + last.text.length };
}
