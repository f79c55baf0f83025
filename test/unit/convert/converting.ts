/** Conversions in memory, of texts that are read on an imagined machine. */
import {
  describeSettings,
  describeTable,
  type FileAccess,
  type InetdDialect,
  type Json,
  readConfiguration,
  resolveReading,
  type ServiceTable,
  type System,
} from '../../../src/config/mod.ts';
import { type Converted, sourceOf, toConf, toInetd, toSystemd } from '../../../src/convert/mod.ts';

export type Target = 'kinetd' | 'xinetd' | 'systemd' | InetdDialect;

export interface Readable {
  readonly table: ServiceTable;
  to(target: Target): Converted;
}

export async function readable(paths: readonly string[], files: FileAccess, system: System): Promise<Readable> {
  const reading = readConfiguration({ paths }, files);
  const table = await resolveReading(reading, {}, system);
  const source = sourceOf(reading, table);
  return {
    table,
    to(target) {
      if (target === 'systemd') return toSystemd(source);
      return target === 'kinetd' || target === 'xinetd'
        ? toConf(source, target, (name, protocol) => system.service(name, protocol))
        : toInetd(source, target);
    },
  };
}

/** The text of a target that is one file. */
export function textOf({ files }: Converted): string {
  return [...files.values()].join('');
}

/** What a table means: without places, and without the words that addresses are written in. */
export function meaningOf({ entries, defaults }: ServiceTable, part: 'all' | 'services'): Json {
  const described = describeTable({
    entries: entries.filter(({ state }) => state === 'ready'),
  }).map((entry) => (part === 'all' ? entry : Object(entry).service));
  const plain: Json = JSON.parse(
    JSON.stringify({ described, defaults: part === 'all' ? describeSettings(defaults) : [] }, (key, value: unknown) =>
      key === 'origin' || key === 'text' ? undefined : value,
    ),
  );
  return plain;
}
