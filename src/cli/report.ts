/**
 * Diagnostics for people and for logs: with code frames on a terminal, as one line each in a log, in the form in
 * which xinetd ends its own (`[file=PATH] [line=N]`), which administrators look for.
 */
import { type Diagnostic, locate, renderDiagnostic, type ServiceTable, visible } from '../config/mod.ts';
import type { DaemonLevel, DaemonLog } from '../log/mod.ts';

/** Colours only where somebody sees them, and never against NO_COLOR (no-color.org). */
export function wantsColour(stream: { readonly isTTY?: boolean }): boolean {
  const { NO_COLOR: refused } = process.env;
  return stream.isTTY === true && (refused === undefined || refused === '');
}

/** Writes all diagnostics of a table to stderr with code frames, errors and warnings and, if wanted, notes. */
export function printDiagnostics(
  table: ServiceTable,
  notes: boolean,
  show: (lines: string) => void = (lines) => void process.stderr.write(lines),
): void {
  const colour = wantsColour(process.stderr);
  for (const diagnostic of table.diagnostics) {
    if (diagnostic.severity === 'note' && !notes) continue;
    show(`${renderDiagnostic(diagnostic, { colour })}\n\n`);
  }
}

const levels: Readonly<Record<Diagnostic['severity'], DaemonLevel>> = {
  error: 'ERROR',
  warning: 'WARNING',
  note: 'DEBUG',
};

/** One log line for each diagnostic. */
export function logDiagnostics(table: ServiceTable, log: DaemonLog): void {
  for (const diagnostic of table.diagnostics) {
    const service = diagnostic.service === undefined ? '' : `service ${diagnostic.service}: `;
    const help = diagnostic.help === undefined ? '' : ` (${diagnostic.help})`;
    const place =
      diagnostic.span === undefined ? '' : ` [line=${locate(diagnostic.span.file, diagnostic.span.start).line}]`;
    log.write(
      levels[diagnostic.severity],
      `${visible(`${service}${diagnostic.message}${help} [file=${diagnostic.path}]`)}${place}`,
    );
  }
}
