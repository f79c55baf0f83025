/** One service in the state dump: what it is configured to be, and how it stands. */
import type { Settings } from '../../config/mod.ts';
import type { ForkserverFacts } from '../../launch/mod.ts';
import type { Listener } from '../../listener/mod.ts';
import type { RpcProgram, Service, TimeRange } from '../../model/mod.ts';
import {
  accessLines,
  bindLine,
  cpsLines,
  flagWords,
  instancesLines,
  loggingLines,
  passenvLines,
  perSource,
  plain,
  row,
  typeWords,
  umaskLines,
} from './settings.ts';

/** A service as the dump looks at it. */
export interface ServiceState {
  readonly service: Service;
  readonly listeners: readonly Pick<Listener, 'state' | 'descriptor'>[];
  /** Servers that run. */
  readonly running: number;
  /** How often its sockets have been asked for in vain; 0 when it has them. */
  readonly attempts: number;
  readonly forkserver: ForkserverFacts | undefined;
}

/**
 * @param settings what the service's text says, `defaults` included
 * @param defaults whose values xinetd does not repeat for `instances` and `cps`
 */
export function serviceLines(state: ServiceState, settings: Settings, defaults: Settings): readonly string[] {
  const { service } = state;
  const word = stateWord(state.listeners);
  return [
    `Service = ${service.name}`,
    `\tState = ${word}`,
    `\tService configuration: ${service.name}`,
    ...configurationLines(service, settings, defaults).map((line) => `\t\t${line}`),
    ...(word === 'Active' ? activityLines(state) : []).map((line) => `\t${line}`),
    ...(state.forkserver === undefined ? [] : [forkserverLine(state.forkserver)]),
    '',
  ];
}

export function defaultsLines(settings: Settings): readonly string[] {
  const { log_type: log, log_on_success: onSuccess, log_on_failure: onFailure } = settings;
  const flags = { onSuccess: onSuccess ?? new Set(), onFailure: onFailure ?? new Set() };
  return [
    'Service defaults',
    ...[
      ...instancesLines(settings),
      ...(settings.groups === undefined ? [] : [`Groups = ${yesNo(settings.groups)}`]),
      ...umaskLines(settings),
      ...cpsLines(settings),
      ...(settings.per_source === undefined ? [] : [perSource(settings.per_source)]),
      bindLine(settings),
      ...accessLines(settings),
      ...loggingLines(log?.kind === 'file' ? { ...log, path: plain(log.path), shared: false } : log, flags),
      ...passenvLines(settings),
    ].map((line) => `\t${line}`),
  ];
}

/** xinetd has none. */
function forkserverLine({ state, pid, served, trouble }: ForkserverFacts): string {
  return `\tFork server = ${state}${pid === undefined ? '' : ` pid=${pid}`} served=${served}${trouble === undefined ? '' : ` (${trouble})`}`;
}

function configurationLines(service: Service, settings: Settings, defaults: Settings): readonly string[] {
  const { protocol, server, endpoints } = service;
  const program = server.kind === 'program' ? server.launch : undefined;
  const internet = endpoints.find(({ family: one }) => one !== 'unix');
  const family = internet === undefined ? undefined : internet.family === 'inet' ? 'IPv4' : 'IPv6';
  const types = typeWords(settings);
  const { redirect } = settings;
  return [
    `id = ${service.id}`,
    ...[flagWords(settings, family)].filter((words) => words.length > 0).map((words) => row('flags', words)),
    ...(types.length === 0 ? [] : [row('type', types)]),
    `socket_type = ${service.socketType}`,
    `Protocol (name,number) = (${protocol.name},${protocol.number})`,
    ...new Set(
      endpoints.map((endpoint) =>
        endpoint.family === 'unix' ? `socket = ${endpoint.address}` : `port = ${endpoint.port}`,
      ),
    ),
    ...(settings.instances === defaults.instances ? [] : instancesLines(settings)),
    `wait = ${yesNo(service.wait)}`,
    ...(settings.user === undefined ? [] : [`user = ${program?.identity?.uid ?? process.geteuid?.() ?? -1}`]),
    ...(settings.group === undefined ? [] : [`group = ${program?.identity?.gid ?? process.getegid?.() ?? -1}`]),
    `Groups = ${yesNo(settings.groups === true)}`,
    ...umaskLines(settings),
    ...(settings.nice === undefined ? [] : [`Nice = ${settings.nice}`]),
    ...(settings.cps === defaults.cps ? [] : cpsLines(settings)),
    perSource(settings.per_source),
    bindLine(settings),
    ...(program === undefined ? [] : [`Server = ${program.program}`, row('Server argv', program.argv)]),
    ...(settings.libwrap === undefined ? [] : [`Libwrap = ${plain(settings.libwrap)}`]),
    ...(redirect === undefined ? [] : [`Redirect = ${plain(redirect.host)}:${redirect.port}`]),
    ...(service.rpc === undefined ? [] : rpcLines(service.rpc)),
    ...(settings.access_times === undefined ? [] : [row('Access times', settings.access_times.map(timesText))]),
    ...accessLines(settings),
    ...(settings.deny_time === undefined ? [] : [`Deny Time: ${settings.deny_time}`]),
    ...loggingLines(service.logging.sink, service.logging),
    ...passenvLines(settings),
    ...additionLines(settings),
    ...(program === undefined || !hasOwnEnvironment(settings, defaults)
      ? []
      : listed('Environment strings:', program.environment)),
  ];
}

function rpcLines({ number, lowest, highest }: RpcProgram): readonly string[] {
  const versions = lowest === highest ? `${lowest}` : `${lowest}-${highest}`;
  return ['RPC data', `\tprogram number = ${number}`, `\trpc_version = ${versions}`];
}

/** xinetd makes an environment for a service only where its text asks for one. */
function hasOwnEnvironment({ env, passenv }: Settings, defaults: Settings): boolean {
  return env !== undefined || passenv !== defaults.passenv;
}

function additionLines({ env }: Settings): readonly string[] {
  return env === undefined || env.length === 0 ? [] : listed('Environment additions:', env.map(plain));
}

function listed(head: string, values: readonly string[]): readonly string[] {
  return [head, ...values.map((value) => `\t${value}`)];
}

function activityLines({ running, listeners, attempts }: ServiceState): readonly string[] {
  const resting = listeners.filter(({ state }) => state === 'held').length;
  const descriptors = listeners.flatMap(({ descriptor }) => (descriptor === undefined ? [] : `${descriptor}`));
  return [
    `running servers = ${running}`,
    `retry servers = ${resting}`,
    `attempts = ${attempts}`,
    row('service fd', descriptors),
  ];
}

/** In xinetd's words: Suspended while a `wait` server has the socket, Disabled while `cps` has closed it. */
function stateWord(listeners: readonly { readonly state: Listener['state'] }[]): string {
  const states = new Set(listeners.map(({ state }) => state));
  if (states.has('busy')) return 'Suspended';
  if (states.has('listening') || states.has('held')) return 'Active';
  return states.has('paused') ? 'Disabled' : 'Not started';
}

function timesText({ from, to }: TimeRange): string {
  return `${clock(from)}-${clock(to)}`;
}

function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}
