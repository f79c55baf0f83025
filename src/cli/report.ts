/**
 * Diagnostics for people and for logs: with code frames on a terminal, as one line each in a log, in the form in
 * which xinetd ends its own (`[file=PATH] [line=N]`), which administrators look for.
 */
import { type Diagnostic, locate, renderDiagnostic, type ServiceTable, visible } from '../config/mod.ts';
import type { DaemonLevel, DaemonLog } from '../log/mod.ts';

/** When there are colours: `auto` is where somebody sees them, and never against NO_COLOR (no-color.org). */
export const colourWishes = ['auto', 'always', 'never'] as const;
export type ColourWish = (typeof colourWishes)[number];

export function wantsColour(stream: { readonly isTTY?: boolean }, wish: ColourWish = 'auto'): boolean {
  if (wish !== 'auto') return wish === 'always';
  const { NO_COLOR: refused } = process.env;
  return stream.isTTY === true && (refused === undefined || refused === '');
}

export interface Showing {
  /** Where lines go; undefined: to stderr. */
  readonly show?: ((lines: string) => void) | undefined;
  readonly color?: ColourWish;
}

/** Writes all diagnostics of a table with code frames, errors and warnings and, if wanted, notes. */
export function printDiagnostics(table: ServiceTable, notes: boolean, { show, color }: Showing = {}): void {
  const colour = wantsColour(process.stderr, color);
  const put = show ?? ((lines: string): void => void process.stderr.write(lines));
  for (const diagnostic of table.diagnostics) {
    if (diagnostic.severity === 'note' && !notes) continue;
    put(`${renderDiagnostic(diagnostic, { colour })}\n\n`);
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
