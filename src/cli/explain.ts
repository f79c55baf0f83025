/**
 * `kinetd explain SERVICE`: what a service is after defaults and includes, each value with the places that it comes from.
 * `--from ADDRESS` adds what would happen to a client from there, rule by rule; of a daemon that runs its bans and pauses are
 * asked for. No service is connected to.
 */
import { formatIp, parseIp, unmapIp } from '../address/mod.ts';
import {
  type Definition,
  describeSettings,
  type InetdDialect,
  type Reading,
  type ServiceTable,
  settingRows,
  suggest,
  type TableEntry,
  visible,
} from '../config/mod.ts';
import { ControlError } from '../control/client.ts';
import { trialText, verdictOf, verdictStatus } from './client-trial.ts';
import { chosenPaths, readWhole } from './configuration.ts';
import { outliveReaders } from './output.ts';
import { askRunning, type RunningFacts } from './running-daemon.ts';

export interface ExplainFlags {
  readonly file: readonly string[];
  readonly dialect?: InetdDialect;
  readonly json?: boolean;
  readonly from?: string;
  readonly at?: string;
  readonly control?: string;
}

/** Exit statuses besides those of verdicts. */
const misused = 2;
/** No daemon where one was named, as for the commands that control it. */
const absent = 3;

export async function explain(id: string, flags: ExplainFlags): Promise<number> {
  outliveReaders();
  const peer = flags.from === undefined ? undefined : parseIp(flags.from);
  if (flags.from !== undefined && peer === undefined) return complain(`${flags.from} is no address`, misused);
  const time = flags.at === undefined ? Date.now() : timeOf(flags.at, new Date());
  if (time === undefined) return complain(`${flags.at} is no time; write 23:30 or 2026-01-31T23:30`, misused);
  const chosen = chosenPaths(flags.file);
  if (chosen.message !== undefined) process.stderr.write(`kinetd: ${chosen.message}\n`);
  if (chosen.paths.length === 0) return 1;
  const { reading, table } = await readWhole(
    chosen.paths,
    flags.dialect === undefined ? {} : { dialect: flags.dialect },
  );
  const found = table.entries.flatMap((entry, index) => {
    const definition = reading.definitions[index];
    return definition === undefined || entry.id.toLowerCase() !== id.toLowerCase() ? [] : [{ entry, definition }];
  });
  if (found.length === 0) return complain(unknown(id, table), verdictStatus.refused);
  const client = peer === undefined ? undefined : { address: formatIp(unmapIp(peer)), time };
  let running: RunningFacts | undefined;
  try {
    if (client !== undefined && flags.control !== 'none') running = await askRunning(flags.control, id, client);
  } catch (error) {
    if (error instanceof ControlError) return complain(error.message, absent);
    throw error;
  }
  const answers = found.map(({ entry, definition }) => ({
    entry,
    definition,
    verdict: client === undefined ? undefined : verdictOf(entry, client, running, flags.at === undefined),
  }));
  if (flags.json === true) {
    const values = answers.map(({ entry, definition, verdict }) => ({
      id: entry.id,
      state: entry.state,
      ...entry.origin,
      settings: describeSettings(entry.settings),
      places: Object.fromEntries(settingRows(definition, reading.defaults).map((row) => [row.name, row.places])),
      ...(verdict === undefined ? {} : { client: { ...client, ...verdict } }),
    }));
    process.stdout.write(`${JSON.stringify(values, null, 2)}\n`);
  } else {
    for (const { entry, definition, verdict } of answers) {
      process.stdout.write(textOf(entry, definition, reading));
      if (client !== undefined && verdict !== undefined) {
        process.stdout.write(trialText(definition, verdict, client, running));
      }
    }
  }
  // Of several services with one name the client is served if any serves him.
  return Math.min(...answers.map(({ verdict }) => verdict?.status ?? 0));
}

function complain(message: string, status: number): number {
  process.stderr.write(`kinetd: ${visible(message)}\n`);
  return status;
}

function unknown(id: string, { entries }: ServiceTable): string {
  const near = suggest(id, new Set(entries.map((entry) => entry.id)));
  return `there is no service ${id}${near === undefined ? '' : `; did you mean ${near}?`}`;
}

/** `H:MM` of today, or a local date with its time. */
export function timeOf(text: string, today: Date): number | undefined {
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/.exec(text) ?? [];
  if (hours === undefined || minutes === undefined) {
    const time = /^\d{4}-\d{2}-\d{2}T/.test(text) ? Date.parse(text) : Number.NaN;
    return Number.isNaN(time) ? undefined : time;
  }
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  return new Date(today.getFullYear(), today.getMonth(), today.getDate(), Number(hours), Number(minutes)).getTime();
}

function textOf(entry: TableEntry, definition: Definition, { defaults }: Reading): string {
  const rows = settingRows(definition, defaults);
  const name = Math.max(...rows.map((row) => row.name.length));
  const lines = rows.map((row) => {
    const places = row.places.map((place) => `${place.file}:${place.line}${place.defaults ? ' (defaults)' : ''}`);
    return `  ${row.name.padEnd(name)} = ${row.value.padEnd(24)}  # ${places.join(', ') || 'default'}`;
  });
  const states = { ready: 'ready', refused: 'refused; kinetd check says why', disabled: 'disabled' } as const;
  const heading = `service ${entry.id}: ${states[entry.state]} (${entry.origin.file}:${entry.origin.line})`;
  return `${[heading, ...lines].map(visible).join('\n')}\n`;
}
