/** `kinetd convert`: reads a configuration as the daemon would, and writes what it says in the words of another supervisor. */
import { visible } from '../config/mod.ts';
import { type Loss, toSystemd } from '../convert/mod.ts';
import { chosenPaths, type InetdOptions, readWhole } from './configuration.ts';
import { outliveReaders } from './output.ts';
import { printDiagnostics } from './report.ts';
import { writeTogether } from './write-together.ts';

export interface ConvertOptions {
  readonly paths: readonly string[];
  readonly inetd: InetdOptions;
  /** A folder; undefined: standard output. */
  readonly output: string | undefined;
  /** Whether files that are there are written over. */
  readonly force: boolean;
  readonly json: boolean;
}

/** Exit statuses. */
const refused = 1;
const lossy = 3;

export async function convert({ paths, inetd, output, force, json }: ConvertOptions): Promise<number> {
  outliveReaders();
  const chosen = chosenPaths(paths);
  if (chosen.message !== undefined) process.stderr.write(`kinetd: ${chosen.message}\n`);
  if (chosen.paths.length === 0) return refused;
  const { reading, table } = await readWhole(chosen.paths, inetd);
  printDiagnostics(table, false);
  const ready = table.entries.flatMap((entry, index) => {
    const definition = reading.definitions[index];
    return entry.state === 'ready' && definition !== undefined ? [{ service: entry.service, definition }] : [];
  });
  const converted = toSystemd(ready, reading.defaults);
  if (output !== undefined) {
    const problem = writeTogether(output, converted.files, force);
    if (problem !== undefined) {
      process.stderr.write(`kinetd: ${visible(problem)}\n`);
      return refused;
    }
  }
  if (json)
    print(`${JSON.stringify({ files: Object.fromEntries(converted.files), losses: converted.losses }, null, 2)}\n`);
  else if (output === undefined) for (const [name, text] of converted.files) print(`# --- ${name} ---\n${text}\n`);
  for (const loss of converted.losses) process.stderr.write(`${visible(lossText(loss))}\n`);
  if (!table.usable || table.entries.some(({ state }) => state === 'refused')) return refused;
  return converted.losses.length === 0 ? 0 : lossy;
}

function lossText({ service, attribute, why, file, line }: Loss): string {
  const whose = service === 'defaults' ? service : `service ${service}`;
  return `${file}:${line}: ${whose}: ${attribute === undefined ? 'not converted' : `${attribute} is not expressed`}: ${why}`;
}

function print(text: string): void {
  process.stdout.write(text);
}
