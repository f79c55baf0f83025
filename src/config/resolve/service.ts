/**
 * One Definition to one Service, or to the reasons why not. Every part looks at its own attributes; an error
 * of one does not keep the others from looking, so that `check` says everything in one go.
 */
import type { FailureFlag, Logging, Service, SocketOptions, SuccessFlag } from '../../model/mod.ts';
import type { AttributeName, Definition } from '../definition.ts';
import { locate, type Span } from '../source/mod.ts';
import { resolveAccess, resolveHostsName } from './access.ts';
import { checkAvailable } from './available.ts';
import { resolveBanners } from './banners.ts';
import { resolveBehindTcpmux } from './behind-tcpmux.ts';
import { resolveBuiltin } from './builtin.ts';
import { checkConversations, servesEachSender } from './conversations.ts';
import { resolveDirectories } from './directories.ts';
import type { Environments } from './environment.ts';
import type { Findings } from './findings.ts';
import { deepFreeze } from './freeze.ts';
import { resolveIdentification } from './identification.ts';
import { resolveIdentity } from './identity.ts';
import { resolveLaunch } from './launch.ts';
import type { Hosts } from './local-address.ts';
import type { ResolveOptions } from './options.ts';
import { resolveServer } from './program.ts';
import { resolveRedirect } from './redirect.ts';
import { checkRequired } from './required.ts';
import { resolveRpc } from './rpc.ts';
import { resolveServiceLimits } from './service-limits.ts';
import { resolveSockets } from './sockets.ts';
import type { System } from './system.ts';
import { decodeBytes, systemText } from './text.ts';
import { kindOf } from './transport.ts';

export interface Surroundings {
  readonly system: System;
  readonly hosts: Hosts;
  readonly options: ResolveOptions;
  readonly environments: Environments;
  /** Where `defaults` says things; see Defaults in xinetd/reading.ts. */
  readonly defaultSpans: ReadonlyMap<AttributeName, Span>;
}

/**
 * xinetd's is 64. A wave of clients beyond that is not lost, but waits until TCP has tried again, which takes up to
 * minutes when all try again together. The kernel brings it down to net.core.somaxconn.
 */
const roomyBacklog = 4096;

/** FreeBSD's inetd -l. */
const connectionLog: Logging = deepFreeze<Logging>({
  sink: { kind: 'syslog', facility: 'daemon', level: 'info' },
  onSuccess: new Set<SuccessFlag>(['HOST', 'PID']),
  onFailure: new Set<FailureFlag>(['HOST']),
  format: 'xinetd',
  addressPrivacy: 'full',
});

const noFlags: ReadonlySet<never> = deepFreeze(new Set<never>());

/**
 * @param definition without errors of its own
 * @returns undefined when there is an error among the findings
 */
export function resolveService(definition: Definition, around: Surroundings, findings: Findings): Service | undefined {
  const { settings } = definition;
  const { system, options } = around;
  checkAvailable(definition, findings);
  // What else it lacks would only be noise.
  if (findings.refused) return undefined;
  const kind = kindOf(settings);
  checkRequired(settings, kind, findings);
  const behindTcpmux = resolveBehindTcpmux(definition, kind, findings);
  const sockets = resolveSockets(definition, kind, behindTcpmux !== undefined, around.hosts, system, findings);
  const internal = settings.type?.has('INTERNAL') === true;
  const trap = settings.flags?.has('SENSOR') === true;
  const answer = (): Service['server'] | undefined => {
    if (trap) return { kind: 'sensor', denyMinutes: settings.deny_time ?? 0 };
    if (settings.redirect !== undefined) return resolveRedirect(definition, kind, settings.redirect, system, findings);
    if (internal) return resolveBuiltin(definition, kind, findings);
    return resolveLaunch(definition, kind, around.environments, system, findings);
  };
  const server = answer();
  if (sockets !== undefined && servesEachSender(settings, kind)) checkConversations(sockets, system, findings);
  const wait = internal || trap ? kind.socketType === 'dgram' : settings.wait === true;
  const launch = server?.kind === 'program' ? server.launch : undefined;
  const hostsName = resolveHostsName(definition, kind, launch, options, findings);
  const access = resolveAccess({ ...settings, wait }, kind.socketType, hostsName, system, findings);
  const rpc = resolveRpc(definition, system, findings);
  const limits = resolveServiceLimits(definition, kind, options, findings);
  checkTraffic(settings, findings);
  const logging = resolveLogging(definition, options, around.defaultSpans, findings);
  const greets = kind.socketType === 'stream' && !wait;
  const banners = resolveBanners(definition, greets, around.defaultSpans, system, findings);
  const identification = resolveIdentification(
    definition,
    kind.socketType === 'stream' && !wait,
    logging,
    sockets,
    findings,
  );
  if (findings.refused || sockets === undefined || server === undefined) return undefined;

  return {
    id: idOf(definition),
    name: decodeBytes(definition.name) ?? definition.name,
    origin: originOf(definition),
    socketType: sockets.socketType,
    protocol: sockets.protocol,
    wait,
    endpoints: sockets.endpoints,
    behindTcpmux,
    socket: socketOptions(definition, options),
    limits,
    access,
    logging,
    identification,
    banners,
    server,
    rpc,
  };
}

/**
 * Says of a service that its reader refuses what holds whatever the broken lines were meant to be, so that they are
 * not mended only to meet the next error. It asks nothing that takes time.
 */
export function inspectBroken(definition: Definition, system: System, findings: Findings): undefined {
  checkAvailable(definition, findings);
  const { type, redirect } = definition.settings;
  if (type?.has('INTERNAL') === true) return;
  resolveIdentity(definition, system, findings);
  if (redirect !== undefined) return;
  const directories = resolveDirectories(definition, system, findings);
  if (directories !== undefined) resolveServer(definition, directories.rootDirectory, system, findings);
}

/** The id attribute, or the name. */
export function idOf({ settings, name }: Definition): string {
  const bytes = settings.id ?? name;
  return decodeBytes(bytes) ?? bytes;
}

export function originOf({ span }: Definition): Service['origin'] {
  return { file: span.file.path, line: locate(span.file, span.start).line };
}

function socketOptions({ settings, inetd }: Definition, options: ResolveOptions): SocketOptions {
  return {
    keepAlive: settings.flags?.has('KEEPALIVE') === true,
    noDelay: settings.flags?.has('NODELAY') === true,
    backlog: settings.backlog ?? (inetd === undefined ? roomyBacklog : options.backlog),
    sendBuffer: inetd?.sendBuffer ?? settings.sndbuf,
    receiveBuffer: inetd?.receiveBuffer ?? settings.rcvbuf,
  };
}

/** xinetd drops such a service, also when `defaults` says TRAFFIC. */
function checkTraffic({ redirect, log_on_success: flags }: Definition['settings'], findings: Findings): void {
  if (redirect !== undefined || flags?.has('TRAFFIC') !== true) return;
  findings.add(
    'traffic-without-redirect',
    'log_on_success',
    'TRAFFIC is for services with redirect; no such line is logged for this one',
    'leave it out',
  );
}

/** A service that takes its log_type from defaults shares that log with the others that do. */
function resolveLogging(
  { settings, spans, dialect }: Definition,
  { logConnections }: ResolveOptions,
  defaultSpans: ReadonlyMap<AttributeName, Span>,
  findings: Findings,
): Logging {
  if (dialect === 'inetd' && logConnections) return connectionLog;
  const { log_type: log } = settings;
  const inherited = log !== undefined && spans.get('log_type') === defaultSpans.get('log_type');
  const path = log?.kind === 'file' ? systemText(log.path, 'log_type', findings) : undefined;
  const sink = log?.kind === 'file' ? { ...log, path: path ?? log.path, shared: inherited } : log;
  return {
    sink,
    onSuccess: settings.log_on_success ?? noFlags,
    onFailure: settings.log_on_failure ?? noFlags,
    format: settings.log_format ?? 'xinetd',
    addressPrivacy: settings.address_privacy ?? 'full',
  };
}
