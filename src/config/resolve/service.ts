/**
 * One Definition to one Service, or to the reasons why not. Every part looks at its own attributes; an error
 * of one does not keep the others from looking, so that `check` says everything in one go.
 */
import type { Logging, Service, SocketOptions } from '../../model/mod.ts';
import type { AttributeName, Definition, Settings } from '../definition.ts';
import { locate, type Span } from '../source/mod.ts';
import { checkHostsAccess, resolveAccess } from './access.ts';
import { resolveDirectories } from './directories.ts';
import { resolveEndpoints } from './endpoint.ts';
import type { Environments } from './environment.ts';
import type { Findings } from './findings.ts';
import { deepFreeze } from './freeze.ts';
import { resolveIdentity } from './identity.ts';
import { checkAvailable, checkSupported } from './later.ts';
import type { Hosts } from './local-address.ts';
import type { ResolveOptions } from './options.ts';
import { resolveProgram, resolveServer } from './program.ts';
import { checkRequired } from './required.ts';
import { resolveLimits } from './rlimits.ts';
import { resolveServiceLimits } from './service-limits.ts';
import type { System } from './system.ts';
import { decodeBytes, systemText } from './text.ts';
import { type Kind, kindOf, resolvePort, resolveTransport } from './transport.ts';

export interface Surroundings {
  readonly system: System;
  readonly hosts: Hosts;
  readonly options: ResolveOptions;
  readonly environments: Environments;
  /** Where `defaults` says things; see Defaults in xinetd/reading.ts. */
  readonly defaultSpans: ReadonlyMap<AttributeName, Span>;
}

const xinetdBacklog = 64;

const noFlags: ReadonlySet<never> = deepFreeze(new Set<never>());

/** openbsd-inetd's servers have this whatever umask the daemon was started with (seen). */
const inetdUmask = 0o022;

/**
 * @param definition without errors of its own
 * @returns undefined when there is an error among the findings
 */
export function resolveService(definition: Definition, around: Surroundings, findings: Findings): Service | undefined {
  const { settings, dialect } = definition;
  const { system, options } = around;
  checkSupported(definition, findings);
  checkAvailable(definition, findings);
  // What else it lacks (a port for an RPC service) would only be noise.
  if (findings.refused) return undefined;
  const kind = kindOf(settings);
  checkRequired(settings, kind, findings);
  const transport = resolveTransport(kind, system, findings);
  const port = transport === undefined ? undefined : resolvePort(definition, transport.protocol, system, findings);
  const endpoints = port === undefined ? [] : resolveEndpoints(definition, port, around.hosts, system, findings);
  checkWait(definition, kind, findings);
  const runAs = resolveIdentity(definition, system, findings);
  const directories = resolveDirectories(definition, system, findings);
  const program =
    directories === undefined ? undefined : resolveProgram(definition, directories.rootDirectory, system, findings);
  const environment = around.environments.resolve(definition, findings);
  const access = resolveAccess(settings, kind.socketType, findings);
  checkHostsAccess(
    dialect === 'xinetd' ? settings.flags?.has('NOLIBWRAP') !== true : options.libwrap,
    system.hostsAccessRules,
    findings,
  );
  const limits = resolveServiceLimits(definition, options, findings);
  const logging = resolveLogging(definition, around.defaultSpans, findings);
  const uid = runAs?.uid ?? system.uid;
  const resourceLimits = resolveLimits(definition, uid, system, findings);
  const nice = resolveNice(settings, uid, findings);
  if (findings.refused || transport === undefined || runAs === undefined) return undefined;
  if (directories === undefined || program === undefined) return undefined;

  return {
    id: idOf(definition),
    name: decodeBytes(definition.name) ?? definition.name,
    origin: originOf(definition),
    socketType: transport.socketType,
    protocol: transport.protocol,
    wait: settings.wait === true,
    endpoints,
    socket: socketOptions(definition, options),
    limits,
    access,
    logging,
    server: {
      kind: 'program',
      launch: {
        program: program.program,
        argv: program.argv,
        environment: environment.environment,
        variables: environment.variables,
        identity: runAs.identity,
        umask: settings.umask ?? (dialect === 'xinetd' ? system.umask | 0o022 : inetdUmask),
        nice,
        resourceLimits,
        ...directories,
        noNewPrivileges: settings.no_new_privs === true,
      },
    },
  };
}

/**
 * Says of a service that its reader refuses what holds whatever the broken lines were meant to be, so that they are
 * not mended only to meet the next error. It asks nothing that takes time.
 */
export function inspectBroken(definition: Definition, system: System, findings: Findings): undefined {
  checkSupported(definition, findings);
  checkAvailable(definition, findings);
  resolveIdentity(definition, system, findings);
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

/** xinetd 2.3.15.3 starts servers for one datagram over and over; 2.3.15.4 refuses, as here. */
function checkWait({ settings, inetd }: Definition, kind: Kind, findings: Findings): void {
  if (kind.socketType !== 'dgram' || settings.wait !== false) return;
  if (inetd?.dialect === 'busybox') {
    findings.add(
      'not-supported-yet',
      'wait',
      'a server for each sender of datagrams is not supported yet',
      "write wait, if the program can serve all of them; BusyBox's inetd connects the socket to the sender",
    );
    return;
  }
  findings.add(
    'datagram-needs-wait',
    'wait',
    'a datagram service that runs a program has to wait',
    'write wait = yes (in inetd.conf: wait)',
  );
}

function socketOptions({ settings, inetd }: Definition, options: ResolveOptions): SocketOptions {
  return {
    keepAlive: settings.flags?.has('KEEPALIVE') === true,
    noDelay: settings.flags?.has('NODELAY') === true,
    backlog: inetd === undefined ? xinetdBacklog : options.backlog,
    sendBuffer: inetd?.sendBuffer,
    receiveBuffer: inetd?.receiveBuffer,
  };
}

/** A service that takes its log_type from defaults shares that log with the others that do. */
function resolveLogging(
  { settings, spans }: Definition,
  defaultSpans: ReadonlyMap<AttributeName, Span>,
  findings: Findings,
): Logging {
  const { log_type: log } = settings;
  const inherited = log !== undefined && spans.get('log_type') === defaultSpans.get('log_type');
  const path = log?.kind === 'file' ? systemText(log.path, 'log_type', findings) : undefined;
  const sink = log?.kind === 'file' ? { ...log, path: path ?? log.path, shared: inherited } : log;
  return {
    sink,
    onSuccess: settings.log_on_success ?? noFlags,
    onFailure: settings.log_on_failure ?? noFlags,
  };
}

/** Only root may be nicer to itself than to others; xinetd tries, fails and says nothing. */
function resolveNice({ nice = 0 }: Settings, uid: number, findings: Findings): number {
  if (nice >= 0 || uid === 0) return nice;
  findings.add(
    'limit-clamped',
    'nice',
    'only root may lower its nice value, so it stays as it is here',
    'write nice = 0 or above',
  );
  return 0;
}
