/** A Diagnostic as `check --json` prints it: flat, stable names, null for what is absent. */
import { locate } from '../source/mod.ts';
import type { DiagnosticCode } from './codes.ts';
import type { Diagnostic, Severity } from './diagnostic.ts';
import { visible } from './display.ts';

export interface DiagnosticJson {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  readonly message: string;
  readonly file: string;
  /** Lines and columns count from 1; the end is exclusive. */
  readonly line: number | null;
  readonly column: number | null;
  readonly endLine: number | null;
  readonly endColumn: number | null;
  readonly service: string | null;
  readonly help: string | null;
}

export function diagnosticToJson(diagnostic: Diagnostic): DiagnosticJson {
  const { span } = diagnostic;
  const start = span === undefined ? undefined : locate(span.file, span.start);
  const end = span === undefined ? undefined : locate(span.file, span.end);
  return {
    code: diagnostic.code,
    severity: diagnostic.severity,
    message: visible(diagnostic.message),
    file: visible(diagnostic.path),
    line: start?.line ?? null,
    column: start?.column ?? null,
    endLine: end?.line ?? null,
    endColumn: end?.column ?? null,
    service: diagnostic.service === undefined ? null : visible(diagnostic.service),
    help: diagnostic.help === undefined ? null : visible(diagnostic.help),
  };
}
