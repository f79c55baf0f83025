/**
 * How the readers get at files. The parsers see only this interface, so that they stay pure and a test can
 * let a file vanish at the worst moment; read.ts has the real one.
 *
 * Nothing here throws: whatever is wrong with a file is one Diagnostic without a span, and whoever asked for
 * the file because of an `include` adds the place of that word.
 */
import type { Diagnostic } from '../diagnostic/mod.ts';
import type { SourceFile } from './file.ts';

export interface DirectoryListing {
  readonly path: string;
  /** Every name but `.` and `..`, in byte order. */
  readonly names: readonly string[];
}

export interface FileAccess {
  /**
   * The absolute path of a path as a file writes it (Latin-1 text, see file.ts). Relative ones stand against
   * the directory in which the daemon was started, also when the configuration is read again.
   */
  absolute(written: string): string;
  read(path: string): SourceFile | Diagnostic;
  list(path: string): DirectoryListing | Diagnostic;
}

/** Tells the two answers of {@link FileAccess} apart. */
export function isDiagnostic(answer: SourceFile | DirectoryListing | Diagnostic): answer is Diagnostic {
  return 'severity' in answer;
}
