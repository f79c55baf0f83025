/**
 * `kinetd check`: reads a configuration as the daemon would, looks at the machine that it is to run on, says everything
 * that is to be said about both, and runs nothing.
 */
import { differences, inspect, namesWithoutAddress, type Predecessor, silentLosses } from '../check/mod.ts';
import { type Diagnostic, describeTable, diagnosticToJson, type ServiceTable, systemFiles } from '../config/mod.ts';
import { checkHostsFiles, realSystem, systemHostsPaths } from '../daemon/mod.ts';
import { realMachine } from './check/machine.ts';
import { chosenPaths, type InetdOptions, readWhole } from './configuration.ts';
import { outliveReaders } from './output.ts';
import { type ColourWish, printDiagnostics } from './report.ts';

export interface CheckOptions {
  readonly paths: readonly string[];
  readonly json: boolean;
  readonly inetd: InetdOptions;
  /** Notes say what this old daemon would make of it. */
  readonly as: Predecessor | undefined;
  readonly color: ColourWish;
}

/** @returns the exit status: 0 when no diagnostic is an error, else 1 */
export async function check({ paths, json, inetd, as, color }: CheckOptions): Promise<number> {
  outliveReaders();
  const chosen = chosenPaths(paths);
  if (chosen.message !== undefined) process.stderr.write(`kinetd: ${chosen.message}\n`);
  if (chosen.paths.length === 0) return 1;
  const { reading, table: read } = await readWhole(chosen.paths, inetd);
  const table = withFindings(withHostsFiles(read), [
    ...inspect(reading, read, realMachine()),
    ...(await namesWithoutAddress(reading, read, realSystem())),
    ...(as === 'xinetd' ? [] : silentLosses(reading)),
    ...(as === undefined ? [] : differences(reading, as)),
  ]);
  if (json) printJson(table);
  else {
    printDiagnostics(table, true, { color });
    process.stdout.write(`${summary(table)}\n`);
  }
  return table.usable && count(table, 'error') === 0 ? 0 : 1;
}

/** What was found besides, each file by file behind what its text has wrong. */
function withFindings(table: ServiceTable, found: readonly Diagnostic[]): ServiceTable {
  const order = new Map(table.files.map((path, index) => [path, index]));
  const rank = ({ path }: Diagnostic): number => order.get(path) ?? table.files.length;
  return { ...table, diagnostics: [...table.diagnostics, ...found].toSorted((a, b) => rank(a) - rank(b)) };
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
