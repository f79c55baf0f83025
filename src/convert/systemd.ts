/**
 * Services as units of systemd: for each a `.socket` and a `.service`, which is a template where there is a server for each
 * connection. systemd.socket(5), systemd.exec(5), systemd.resource-control(5). What the units cannot say is told as a
 * comment in them and as a {@link Loss}; for a service that they cannot run there is a file of comments.
 */
import { type AttributeName, type Definition, decodeBytes, type Settings, visible } from '../config/mod.ts';
import type { Endpoint, LaunchPlan, LimitName, Network, ProgramPlan, ResourceLimit, Service } from '../model/mod.ts';
import { fates, isUnitVariable } from './fates.ts';
import { allRemarks, leftOut, reasonOf } from './left-out.ts';
import { type Converted, commentOf, type Loss, lossOf, placeOf } from './loss.ts';
import type { Source } from './source.ts';
import { bytesOf } from './text.ts';

export function toSystemd({ items, defaults }: Source): Converted {
  const files = new Map<string, string>();
  const losses: Loss[] = defaults === undefined ? [] : [...defaultsLosses(defaults)];
  const taken = new Set<string>();
  for (const item of items) {
    if (item.kind === 'comments') continue;
    const { definition, service, id, remarks } = item;
    const name = freeName(id, taken);
    const why = service === undefined ? reasonOf(item) : (obstacleOf(service) ?? otherKind(service));
    if (service?.server.kind !== 'program' || why !== undefined) {
      const loss = lossOf(id, definition, undefined, why ?? '');
      // One that is switched off runs nowhere.
      if (item.state !== 'disabled') losses.push(loss);
      files.set(`${name}.not-converted`, `${leftOut(item, loss).join('\n')}\n`);
      continue;
    }
    const own = attributeLosses(service, definition);
    losses.push(...own);
    const origin = visible(`# ${id}, from ${service.origin.file}:${service.origin.line}`);
    const head = [...allRemarks(remarks), bytesOf(origin), ...own.map(commentOf)];
    files.set(`${name}.socket`, text(head, socketLines(service)));
    files.set(
      `${name}${service.wait ? '' : '@'}.service`,
      text(head, serviceLines(service, service.server, definition)),
    );
  }
  return { files, losses };
}

function otherKind({ server }: Service): string | undefined {
  return server.kind === 'program' ? undefined : `systemd has no service of the kind ${server.kind}`;
}

/** Why units cannot run the service at all. */
function obstacleOf({ socketType, wait, endpoints, behindTcpmux, protocol }: Service): string | undefined {
  if (behindTcpmux !== undefined) return 'systemd has no tcpmux';
  if (socketType === 'dgram' && !wait) return 'systemd has no server for each sender of datagrams';
  if (!['tcp', 'udp', 'unix'].includes(protocol.name.toLowerCase()))
    return `systemd does not listen for ${protocol.name}`;
  if (endpoints.some(({ family, port }) => family !== 'unix' && port === 0))
    return 'its port is for the kernel to choose';
  return undefined;
}

function attributeLosses(service: Service, definition: Definition): readonly Loss[] {
  const names = new Set<AttributeName>([...definition.spans.keys(), ...unwritten(service)]);
  return [...names].flatMap((name) => {
    const fate = fates[name];
    const why = typeof fate === 'function' ? fate(service, definition.settings) : fate;
    return why === undefined ? [] : [lossOf(service.id, definition, name, why)];
  });
}

/** What holds for a service also where its text says nothing about it. */
function unwritten({ limits, access }: Service): readonly AttributeName[] {
  return [
    ...(limits.cps === undefined ? [] : (['cps'] as const)),
    ...(limits.startsPerMinute === undefined ? [] : (['starts_per_minute'] as const)),
    ...(access.hostsName === undefined ? [] : (['libwrap'] as const)),
  ];
}

/** What `defaults` alone can say, and no service has. */
function defaultsLosses({ spans }: NonNullable<Source['defaults']>): readonly Loss[] {
  return (['metrics', 'metrics_from'] as const).flatMap((name) => {
    const [span, why] = [spans.get(name), fates[name]];
    if (span === undefined || typeof why !== 'string') return [];
    return [{ service: undefined, attribute: name, why, ...placeOf(span) }];
  });
}

/** A name of units has few kinds of characters; the instance of a template stands behind an `@`. */
function freeName(id: string, taken: Set<string>): string {
  const plain = id.replace(/[^A-Za-z0-9:_.-]/g, '_');
  let name = plain;
  for (let number = 2; taken.has(name); number++) name = `${plain}-${number}`;
  taken.add(name);
  return name;
}

function socketLines({ id, socketType, wait, endpoints, socket, limits, access, server }: Service): readonly string[] {
  const listen = { stream: 'ListenStream', dgram: 'ListenDatagram', seqpacket: 'ListenSequentialPacket' } as const;
  const kind = socketType === 'dgram' || socketType === 'seqpacket' ? socketType : 'stream';
  const unix = endpoints.find((endpoint) => endpoint.family === 'unix');
  const device = endpoints.find((endpoint) => endpoint.family !== 'unix' && endpoint.device !== undefined)?.device;
  const both = endpoints.some(({ family, stack }) => family === 'inet6' && stack !== 'only');
  const ipv6 = endpoints.some(({ family }) => family === 'inet6');
  return [
    '[Unit]',
    `Description=Socket of ${escaped(id)}`,
    '',
    '[Socket]',
    ...endpoints.map((endpoint) => `${listen[kind]}=${escaped(addressOf(endpoint))}`),
    ...(ipv6 ? [`BindIPv6Only=${both ? 'both' : 'ipv6-only'}`] : []),
    ...(device === undefined ? [] : [`BindToDevice=${device}`]),
    `Accept=${wait ? 'no' : 'yes'}`,
    ...(wait ? [] : [`MaxConnections=${limits.instances ?? unlimited}`]),
    ...(wait || limits.perSource === undefined ? [] : [`MaxConnectionsPerSource=${limits.perSource}`]),
    // The default stops the socket for good after 200 connections within two seconds.
    'TriggerLimitIntervalSec=0',
    ...(unix?.family === 'unix' ? unixLines(unix) : []),
    `Backlog=${socket.backlog}`,
    ...(socket.keepAlive ? ['KeepAlive=yes'] : []),
    ...(socket.noDelay ? ['NoDelay=yes'] : []),
    ...(socket.sendBuffer === undefined ? [] : [`SendBuffer=${socket.sendBuffer}`]),
    ...(socket.receiveBuffer === undefined ? [] : [`ReceiveBuffer=${socket.receiveBuffer}`]),
    ...(server.kind === 'program' && server.socketPassing === 'activation'
      ? [`FileDescriptorName=${escaped(id)}`]
      : []),
    ...accessLines(access),
    '',
    '[Install]',
    'WantedBy=sockets.target',
  ];
}

/** systemd's own default is 64. */
const unlimited = 1_000_000;

function addressOf(endpoint: Endpoint): string {
  if (endpoint.family === 'unix') return endpoint.address;
  const { family, address, port, stack } = endpoint;
  if (family === 'inet') return `${address}:${port}`;
  return address === '::' && stack !== 'only' ? `${port}` : `[${address}]:${port}`;
}

function unixLines({ mode, uid, gid }: Extract<Endpoint, { readonly family: 'unix' }>): readonly string[] {
  return [
    `SocketMode=${mode.toString(8).padStart(4, '0')}`,
    ...(uid === undefined ? [] : [`SocketUser=${uid}`]),
    ...(gid === undefined ? [] : [`SocketGroup=${gid}`]),
    'RemoveOnStop=yes',
  ];
}

function accessLines({ onlyFrom, noAccess, names }: Service['access']): readonly string[] {
  if (names !== undefined && onlyFrom !== undefined) return [];
  if (onlyFrom !== undefined)
    return ['IPAddressDeny=any', ...onlyFrom.map((block) => `IPAddressAllow=${blockOf(block)}`)];
  return noAccess.map((block) => `IPAddressDeny=${blockOf(block)}`);
}

function blockOf({ address, prefix }: Network): string {
  return `${address}/${prefix}`;
}

function serviceLines(
  { id, wait, limits, endpoints }: Service,
  { launch, stderr, socketPassing }: ProgramPlan,
  { settings }: Definition,
): readonly string[] {
  const errors = { client: 'inherit', log: 'journal', null: 'null' } as const;
  const { timeout } = limits;
  const inherits = socketPassing === 'activation';
  const stream = endpoints.length > 0;
  return [
    '[Unit]',
    `Description=Server of ${escaped(id)}`,
    ...(wait ? [] : ['CollectMode=inactive-or-failed']),
    '',
    '[Service]',
    `ExecStart=${commandOf(launch)}`,
    ...(inherits || !stream ? [] : ['StandardInput=socket', 'StandardOutput=socket']),
    `StandardError=${inherits ? 'journal' : errors[stderr]}`,
    ...identityLines(launch, settings),
    ...(launch.rootDirectory === undefined ? [] : [`RootDirectory=${escaped(launch.rootDirectory)}`]),
    `WorkingDirectory=${escaped(launch.workingDirectory)}`,
    `UMask=${launch.umask.toString(8).padStart(4, '0')}`,
    ...(launch.nice === 0 ? [] : [`Nice=${Math.max(-20, Math.min(19, launch.nice))}`]),
    ...launch.resourceLimits.filter(({ name }) => settings[limitNames[name]] !== undefined).map(limitOf),
    ...(launch.noNewPrivileges ? ['NoNewPrivileges=yes'] : []),
    ...(settings.env ?? []).filter(isUnitVariable).map((variable) => `Environment=${quoted(textOf(variable))}`),
    ...passed(settings),
    ...(timeout === undefined ? [] : [`RuntimeMaxSec=${timeout.seconds}`, `TimeoutStopSec=${timeout.graceSeconds}`]),
    // A server may leave processes behind, as under xinetd.
    'KillMode=process',
  ];
}

function passed({ passenv = [] }: Settings): readonly string[] {
  const names = passenv.filter(isUnitVariable);
  return names.length === 0 ? [] : [`PassEnvironment=${names.join(' ')}`];
}

/** `@` and argv[0] where that is another than the path. */
function commandOf({ program, argv }: LaunchPlan): string {
  const [first, ...rest] = argv;
  const words = [...(first === program ? [] : [first]), ...rest].map(quotedWord);
  return [`${first === program ? '' : '@'}${quotedWord(program)}`, ...words].join(' ');
}

/** By name where the text has one, so that the units fit other machines too. */
function identityLines({ identity }: LaunchPlan, { user, group }: Settings): readonly string[] {
  if (identity === undefined) return [];
  const others = (identity.groups ?? []).filter((gid) => gid !== identity.gid);
  return [
    `User=${user === undefined ? identity.uid : escaped(textOf(user))}`,
    `Group=${group === undefined ? identity.gid : escaped(textOf(group))}`,
    ...(others.length === 0 ? [] : [`SupplementaryGroups=${others.join(' ')}`]),
  ];
}

/** Those that a service has without saying are the daemon's, and systemd has its own. */
const limitNames = {
  as: 'rlimit_as',
  cpu: 'rlimit_cpu',
  data: 'rlimit_data',
  nofile: 'rlimit_files',
  rss: 'rlimit_rss',
  stack: 'rlimit_stack',
} as const satisfies Readonly<Record<LimitName, AttributeName>>;

function limitOf({ name, value }: ResourceLimit): string {
  return `Limit${name.toUpperCase()}=${Number.isFinite(value) ? value : 'infinity'}`;
}

/** A value of one word, or of several that stand as they are: `%` begins a specifier. */
function escaped(value: string): string {
  return value.replaceAll('%', '%%');
}

/** A word of a command line, where `$` begins a variable. */
function quotedWord(word: string): string {
  return quoted(word).replaceAll('$', () => '$$');
}

/** A word as systemd.syntax(7) unquotes it. */
function quoted(word: string): string {
  const safe = escaped(word);
  if (/^[\w@/.:=,+%$-]+$/.test(safe)) return safe;
  return `"${safe.replace(/["\\]/g, '\\$&').replace(/\p{Cc}/gu, escapeControl)}"`;
}

/** Words of a Definition are the bytes of the file; units are written as UTF-8. */
function textOf(bytes: string): string {
  return decodeBytes(bytes) ?? bytes;
}

function escapeControl(character: string): string {
  const bytes = [...new TextEncoder().encode(character)];
  return bytes.map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}

/** @param head comments, as bytes */
function text(head: readonly string[], lines: readonly string[]): string {
  return `${[...head, '', ...lines.map(bytesOf)].join('\n')}\n`;
}
