/**
 * What of a service xinetd can say, and what it would lose: xinetd.conf(5) of 2.3.15, as Debian has it. Attributes that
 * kinetd has of its own are said with xinetd's where that is possible.
 */
import {
  type AttributeName,
  isXinetdAttribute,
  type ServiceFlag,
  type Settings,
  type SettingsInMaking,
} from '../config/mod.ts';
import type { Endpoint, Service } from '../model/mod.ts';
import type { Lost } from './loss.ts';
import { isWord } from './native.ts';
import { isNeutral } from './neutral.ts';
import { copySetting, namesOf } from './settings.ts';

export interface XinetdSettings {
  readonly settings: Settings;
  readonly lost: readonly Lost[];
}

/** Why xinetd cannot run the service at all. */
export function xinetdObstacle(settings: Settings, service: Service | undefined): string | undefined {
  if (settings.chroot !== undefined) return 'xinetd would run the program outside of its chroot';
  if (settings.socket_passing === 'activation') return 'xinetd passes sockets on descriptors 0 and 1 alone';
  if (settings.command?.every(isWord) === false)
    return 'a word of command is empty or holds a blank, and xinetd has no quoting';
  if (service === undefined) return undefined;
  const { socketType, wait, server, endpoints } = service;
  if (endpoints.length > 0 && endpoints.every(({ family }) => family === 'unix')) return 'xinetd has no Unix sockets';
  if (endpoints.some(({ device }) => device !== undefined)) return 'xinetd knows addresses and no network devices';
  if (socketType === 'dgram' && !wait && server.kind === 'program')
    return 'xinetd has no server for each sender of datagrams';
  if (['listing', 'metrics', 'auth'].includes(server.kind)) return `xinetd has no internal service of this name`;
  return undefined;
}

/** @param place where it is to stand: `defaults` has few attributes, and v6only has no effect there */
export function xinetdSettings(settings: Settings, place: 'service' | 'defaults'): XinetdSettings {
  const made: SettingsInMaking = {};
  const lost: Lost[] = [];
  const lose = (attribute: AttributeName, why: string): void => void lost.push({ attribute, why });
  for (const name of namesOf(settings)) {
    if (isXinetdAttribute(name) && name !== 'mdns') copySetting(name, settings, made);
    else if (name !== 'command' && name !== 'listen' && !isNeutral(name, settings)) {
      lose(name, name === 'starts_per_minute' ? pauses : unknown);
    }
  }
  const { command, flags, v6only, only_from, no_access, access_times, log_on_success, redirect } = settings;
  if (command !== undefined) {
    const [server, ...args] = command;
    made.server = server;
    if (args.length > 0) made.server_args = args;
  }
  if (flags?.has('IPv4') && flags.has('IPv6')) made.flags = without(flags, ['IPv4', 'IPv6']);
  if (flags?.has('SENSOR') && settings.server === undefined && redirect === undefined) {
    made.type = new Set([...(settings.type ?? []), 'INTERNAL' as const]);
  }
  // xinetd takes `no` for `yes`.
  if (v6only === false || place === 'defaults') delete made.v6only;
  if (only_from !== undefined) made.only_from = only_from.map(plainItem);
  if (no_access !== undefined) made.no_access = no_access.map(plainItem);
  if ((only_from ?? []).length > 0 && (no_access ?? []).length > 0 && place === 'service') {
    lose('no_access', 'xinetd refuses whoever is in both lists; here the narrower of the two decides');
  }
  if (access_times !== undefined) {
    const halves = access_times.flatMap(({ from, to }) =>
      from > to
        ? [
            { from, to: lastMinute },
            { from: 0, to },
          ]
        : [{ from, to: Math.min(to, lastMinute) }],
    );
    const times = halves.filter(({ from, to }) => from < to);
    if (times.length > 0) made.access_times = times;
    else delete made.access_times;
    if (times.length < halves.length) lose('access_times', 'xinetd has no interval of a single minute');
  }
  if (log_on_success !== undefined) {
    const unfit =
      place === 'service' && redirect === undefined ? (['USAGE', 'TRAFFIC'] as const) : (['USAGE'] as const);
    made.log_on_success = without(log_on_success, unfit);
    if (log_on_success.has('USAGE')) lose('log_on_success', 'xinetd does not know USAGE');
    if (place === 'service' && redirect === undefined && log_on_success.has('TRAFFIC')) {
      lose('log_on_success', 'xinetd does not run a service with TRAFFIC that is not redirected');
    }
  }
  return { settings: made, lost };
}

const unknown = 'xinetd does not know it';
const pauses = 'xinetd counts the connections of a second (cps), and closes the port';
const lastMinute = 24 * 60 - 1;

function without<W>(words: ReadonlySet<W>, others: readonly NoInfer<W>[]): ReadonlySet<W> {
  return new Set([...words].filter((word) => !others.includes(word)));
}

type Item = NonNullable<Settings['only_from']>[number];

/** In a form that xinetd does not misread. */
function plainItem(item: Item): Item {
  if (item.kind !== 'network') return item;
  const { address, prefix, family, text } = item.network;
  if (family === 'inet' && /^\d+\.\d+\.\d+\.\d+(\/\d+)?$/.test(text)) return item;
  const exact = family === 'inet' ? prefix === 32 && !address.endsWith('.0') : prefix === 128;
  return { kind: 'network', network: { ...item.network, text: exact ? address : `${address}/${prefix}` } };
}

/** The same service once for each of its sockets, since an entry of xinetd's has one. */
export function onePerSocket(settings: Settings, { endpoints, protocol }: Service): XinetdSettings['settings'][] {
  const { listen, bind, ...rest } = settings;
  const sockets = endpoints.filter(({ family }) => family !== 'unix');
  if (listen === undefined && (bind ?? []).length < 2) return [settings];
  return sockets.map((endpoint) => ({
    ...rest,
    type: new Set([...(settings.type ?? []), 'UNLISTED' as const]),
    protocol: protocol.name,
    port: endpoint.port,
    ...placeOf(endpoint, settings),
  }));
}

function placeOf({ family, address, stack }: Endpoint, { flags }: Settings): Settings {
  const others: readonly ServiceFlag[] = flags === undefined ? [] : [...without(flags, ['IPv4', 'IPv6'])];
  if (address === '0.0.0.0') return { flags: new Set([...others, 'IPv4']) };
  if (address !== '::') return { flags: new Set(others), bind: [address] };
  const only = family === 'inet6' && stack === 'only';
  return only ? { flags: new Set([...others, 'IPv6']), v6only: true } : { flags: new Set(others) };
}
