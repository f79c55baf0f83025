/** `kinetd convert`: reads a configuration as the daemon would, and writes what it says in the words of another supervisor. */
import { type InetdDialect, visible } from '../config/mod.ts';
import { type Converted, type Loss, type Source, sourceOf, toConf, toInetd, toSystemd } from '../convert/mod.ts';
import { realSystem } from '../daemon/mod.ts';
import { chosenPaths, type InetdOptions, readWhole } from './configuration.ts';
import type { ConvertTarget } from './convert-targets.ts';
import { outliveReaders } from './output.ts';
import { type ColourWish, printDiagnostics } from './report.ts';
import { writeTogether } from './write-together.ts';

export interface ConvertOptions {
  readonly paths: readonly string[];
  readonly inetd: InetdOptions;
  readonly target: ConvertTarget;
  /** Whose inetd an inetd.conf is written for. */
  readonly inetdFor: InetdDialect;
  /** A file, or a folder, which it has to be for units; undefined: standard output. */
  readonly output: string | undefined;
  /** Whether files that are there are written over. */
  readonly force: boolean;
  readonly json: boolean;
  readonly color: ColourWish;
}

/** Exit statuses. */
const refused = 1;
const lossy = 3;

export async function convert({
  paths,
  inetd,
  target,
  inetdFor,
  output,
  force,
  json,
  color,
}: ConvertOptions): Promise<number> {
  outliveReaders();
  const chosen = chosenPaths(paths);
  if (chosen.message !== undefined) process.stderr.write(`kinetd: ${chosen.message}\n`);
  if (chosen.paths.length === 0) return refused;
  const { reading, table } = await readWhole(chosen.paths, inetd);
  printDiagnostics(table, false, { color });
  // Without what `defaults` should say it would be another configuration.
  if (!table.usable) return refused;
  const source = sourceOf(reading, table);
  const converted = convertedTo(target, source, inetdFor);
  if (output !== undefined) {
    const problem = writeTogether(output, converted.files, { folder: target === 'systemd', over: force });
    if (problem !== undefined) {
      process.stderr.write(`kinetd: ${visible(problem)}\n`);
      return refused;
    }
  }
  if (json) {
    const files = [...converted.files].map(([name, text]) => [name, Buffer.from(text, 'latin1').toString()]);
    print(`${JSON.stringify({ files: Object.fromEntries(files), losses: converted.losses }, null, 2)}\n`);
  } else if (output === undefined) {
    for (const [name, text] of converted.files) {
      const bytes = Buffer.from(text, 'latin1');
      print(
        target === 'systemd' ? Buffer.concat([Buffer.from(`# --- ${name} ---\n`), bytes, Buffer.from('\n')]) : bytes,
      );
    }
  }
  for (const loss of converted.losses) process.stderr.write(`${visible(lossText(loss))}\n`);
  if (table.unread.length > 0 || table.entries.some(({ state }) => state === 'refused')) return refused;
  return converted.losses.length === 0 ? 0 : lossy;
}

function convertedTo(target: ConvertTarget, source: Source, inetdFor: InetdDialect): Converted {
  switch (target) {
    case 'systemd':
      return toSystemd(source);
    case 'inetd':
      return toInetd(source, inetdFor);
    default: {
      const system = realSystem();
      return toConf(source, target, (name, protocol) => system.service(name, protocol));
    }
  }
}

function lossText({ service, attribute, why, file, line }: Loss): string {
  const whose = service === undefined ? '' : ` service ${service}:`;
  return `${file}:${line}:${whose} ${attribute === undefined ? 'not converted' : `${attribute} is not expressed`}: ${why}`;
}

function print(text: string | Uint8Array): void {
  process.stdout.write(text);
}
