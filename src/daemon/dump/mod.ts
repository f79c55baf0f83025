/**
 * The state dump of SIGUSR1, in xinetd's layout (seen of 2.3.15.3), so that what reads those reads these.
 *
 * Two lines of xinetd's have no meaning here and are left out: the bits of a connection, and the state of its
 * pseudo-service for logging. Nothing ever stands in the retry table, since nothing that failed is kept to be tried
 * again with its client.
 */
import type { Settings } from '../../config/mod.ts';
import type { Server } from '../../launch/mod.ts';
import { printable } from '../../log/mod.ts';
import { defaultsLines, type ServiceState, serviceLines } from './service.ts';

export type { ServiceState } from './service.ts';

export interface DumpFacts {
  /** Who writes it, e.g. `kinetd 0.1.0`. */
  readonly title: string;
  readonly time: Date;
  readonly defaults: Settings;
  readonly services: readonly { readonly state: ServiceState; readonly settings: Settings }[];
  readonly servers: readonly {
    readonly server: Server;
    readonly id: string;
    readonly shown: (address: string) => string;
  }[];
  /** All of the process. */
  readonly openDescriptors: readonly number[];
  readonly mostDescriptors: number;
  readonly processLimit: number | undefined;
  readonly files: readonly string[];
}

export function stateDump(facts: DumpFacts): string {
  const { services, servers, openDescriptors, mostDescriptors } = facts;
  const listening = services.flatMap(({ state }) =>
    state.listeners.flatMap(({ state: at, descriptor }) =>
      descriptor === undefined || (at !== 'listening' && at !== 'held') ? [] : [descriptor],
    ),
  );
  const active = services.filter(({ state }) => state.listeners.some(({ descriptor }) => descriptor !== undefined));
  const available = services.filter(({ state }) =>
    state.listeners.some(({ state: at }) => at !== 'down' && at !== 'closed'),
  );
  const watched = new Set<number>(listening);
  const lines = [
    `INTERNAL STATE DUMP: ${facts.title}`,
    `Current time: ${timeText(facts.time)}`,
    '',
    'Services + defaults:',
    ...defaultsLines(facts.defaults),
    ...services.flatMap(({ state, settings }) => serviceLines(state, settings, facts.defaults)),
    'Server table dump:',
    ...servers.flatMap(serverLines),
    '',
    'Retry table dump:',
    '',
    `Socket mask: ${listening.join(' ')}`,
    `pfds_last = ${listening.length}`,
    `Open descriptors (not in socket mask): ${openDescriptors.filter((number) => !watched.has(number)).join(' ')}`,
    '',
    `active_services = ${active.length}`,
    `available_services = ${available.length}`,
    `descriptors_free = ${mostDescriptors - openDescriptors.length}`,
    `running_servers = ${servers.length}`,
    '',
    `max_descriptors = ${mostDescriptors}`,
    `process_limit = ${facts.processLimit ?? 0}`,
    `config_file = ${facts.files.join(' ')}`,
    '',
    'END OF DUMP',
    '',
  ];
  return `${lines.map(printableLine).join('\n')}\n`;
}

function serverLines({ server, id, shown }: DumpFacts['servers'][number]): readonly string[] {
  const { pid, peer, startedAt } = server;
  return [
    `${id} server`,
    `pid = ${pid}`,
    `start_time = ${timeText(new Date(startedAt))}`,
    'Connection info:',
    `\tservice = ${id}`,
    '\tdescriptor = -1',
    `\tremote_address = ${peer === undefined ? '<no address>' : `${shown(peer.address)},${peer.port}`}`,
    'log_remote_user = NO',
    'writes_to_log = NO',
    '',
  ];
}

/** `Fri Nov 20 10:01:34 2026`, local time, as ctime(3) writes it. */
function timeText(time: Date): string {
  const [weekday = '', month = '', , year = '', clock = ''] = time.toString().split(' ');
  return `${weekday} ${month} ${String(time.getDate()).padStart(2)} ${clock} ${year}`;
}

/** Tabs are of the layout. */
function printableLine(line: string): string {
  const tabs = /^\t*/.exec(line)?.[0] ?? '';
  return tabs + printable(line.slice(tabs.length));
}
