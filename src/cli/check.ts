/**
 * `kinetd check`: reads a configuration as the daemon would, says everything that is to be said about it, and runs
 * nothing.
 */
import { describeTable, diagnosticToJson, type ServiceTable, systemFiles } from '../config/mod.ts';
import { checkHostsFiles, systemHostsPaths } from '../daemon/mod.ts';
import { chosenPaths, type InetdOptions, loader } from './configuration.ts';
import { outliveReaders } from './output.ts';
import { printDiagnostics } from './report.ts';

export interface CheckOptions {
  readonly paths: readonly string[];
  readonly json: boolean;
  readonly inetd: InetdOptions;
}

/** @returns the exit status: 0 when no diagnostic is an error, else 1 */
export async function check({ paths, json, inetd }: CheckOptions): Promise<number> {
  outliveReaders();
  const chosen = chosenPaths(paths);
  if (chosen.message !== undefined) process.stderr.write(`kinetd: ${chosen.message}\n`);
  if (chosen.paths.length === 0) return 1;
  const table = withHostsFiles(await loader(chosen.paths, inetd)());
  if (json) printJson(table);
  else {
    printDiagnostics(table, true);
    process.stdout.write(`${summary(table)}\n`);
  }
  return table.usable && count(table, 'error') === 0 ? 0 : 1;
}

/** What is wrong with hosts.allow and hosts.deny, when a service asks them. */
function withHostsFiles(table: ServiceTable): ServiceTable {
  const asked = table.entries.some((entry) => entry.state === 'ready' && entry.service.access.hostsName !== undefined);
  if (!asked) return table;
  const found = checkHostsFiles(systemHostsPaths, systemFiles('/'));
  return { ...table, diagnostics: [...table.diagnostics, ...found] };
}

/** `3 services ready, 1 refused, 2 disabled; 1 error, 0 warnings` */
function summary(table: ServiceTable): string {
  const states = { ready: 0, refused: 0, disabled: 0 };
  for (const { state } of table.entries) states[state]++;
  const services = `${plural(states.ready, 'service')} ready, ${states.refused} refused, ${states.disabled} disabled`;
  const found = `${plural(count(table, 'error'), 'error')}, ${plural(count(table, 'warning'), 'warning')}`;
  const verdict = table.usable ? '' : '; the daemon would not start with it';
  return `${services}; ${found}${verdict}`;
}

function count(table: ServiceTable, severity: 'error' | 'warning'): number {
  return table.diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
}

function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function printJson(table: ServiceTable): void {
  const document = {
    usable: table.usable,
    files: table.files,
    diagnostics: table.diagnostics.map((diagnostic) => diagnosticToJson(diagnostic)),
    services: describeTable(table),
  };
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}
