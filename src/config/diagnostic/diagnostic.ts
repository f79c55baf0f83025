/**
 * One finding about a configuration: what is wrong, where, and what to write instead. The code is stable
 * across releases; the words are not.
 */
import type { Span } from '../source/mod.ts';
import type { DiagnosticCode } from './codes.ts';

/** `error` refuses the service (or the start); `warning` and `note` do not. */
export type Severity = 'error' | 'warning' | 'note';

export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  /** Lower case, no full stop. */
  readonly message: string;
  /** Absent where there is no text to show, as for a file that cannot be opened. */
  readonly span: Span | undefined;
  /** The file the finding is about; equals the span's file when there is one. */
  readonly path: string;
  /** The service concerned, by id. */
  readonly service: string | undefined;
  /** What to write instead, or what follows from it. */
  readonly help: string | undefined;
}
