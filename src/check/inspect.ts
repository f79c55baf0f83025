/**
 * Everything that can be said about a configuration on this machine before it runs, and that its readers alone cannot
 * know: for each service that would run, its program, ports, rules and log.
 */
import type { Diagnostic, Reading, ServiceTable } from '../config/mod.ts';
import { checkLogFile } from './log-file.ts';
import type { Machine } from './machine.ts';
import { checkPorts } from './ports.ts';
import { checkProgram } from './program.ts';
import { checkRules } from './rules.ts';
import { Subject } from './subject.ts';

/** @param table made of the reading */
export function inspect({ definitions }: Reading, { entries }: ServiceTable, machine: Machine): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const [index, entry] of entries.entries()) {
    const definition = definitions[index];
    if (entry.state !== 'ready' || definition === undefined) continue;
    const subject = new Subject(entry.service, definition);
    checkProgram(subject, machine);
    checkPorts(subject, machine);
    checkRules(subject);
    checkLogFile(subject, machine);
    found.push(...subject.diagnostics);
  }
  return withoutRepeats(found);
}

/** What stands in defaults is said once, and not for each service. */
function withoutRepeats(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter(({ code, span, path, message }) => {
    const key = `${code} ${path} ${span?.start} ${message}`;
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}
