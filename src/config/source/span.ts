/**
 * A stretch of text in a file: what a diagnostic underlines. Offsets count UTF-16 units of the file's text
 * as read (bytes are taken as Latin-1, so nothing a file holds can fail to decode and offsets are bytes).
 */
import type { SourceFile } from './file.ts';

export interface Span {
  readonly file: SourceFile;
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}
