/** Makes Diagnostics, so that severities come from the catalogue and paths from spans. */
import type { Span } from '../source/mod.ts';
import { codes, type DiagnosticCode } from './codes.ts';
import type { Diagnostic } from './diagnostic.ts';

export interface DiagnosticDetails {
  readonly service?: string | undefined;
  readonly help?: string | undefined;
}

/** A finding about a stretch of text; the message is lower case without a full stop. */
export function diagnose(
  code: DiagnosticCode,
  span: Span,
  message: string,
  details: DiagnosticDetails = {},
): Diagnostic {
  return {
    code,
    severity: codes[code][0],
    message,
    span,
    path: span.file.path,
    service: details.service,
    help: details.help,
  };
}
