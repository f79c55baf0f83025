/** How the daemon is, as the control socket tells it. */
import type { Ban } from '../access/mod.ts';
import { type Diagnostic, locate } from '../config/mod.ts';
import type {
  BanReport,
  ReloadReport,
  ServerReport,
  ServiceReport,
  ServiceState,
  StatusReport,
} from '../control/mod.ts';
import type { Server } from '../launch/mod.ts';
import type { Listener } from '../listener/mod.ts';
import type { Reloaded } from './orders.ts';
import { RunningService } from './running-service.ts';

export function statusReport(
  daemon: Omit<StatusReport, 'services'>,
  services: readonly RunningService[],
): StatusReport {
  return { ...daemon, services: services.map((running) => serviceReport(running)) };
}

export function serverReports(servers: Iterable<Server>): ServerReport[] {
  return Array.from(servers, ({ pid, owner, peer, startedAt }) => ({
    pid,
    service: owner instanceof RunningService ? owner.service.id : '?',
    peer: peer?.address ?? null,
    startedAt,
    kind: 'server',
  }));
}

/** Clients of services that have no process of their own: the worker serves them. */
export function workerReports(services: readonly RunningService[]): ServerReport[] {
  return services.flatMap(({ service, delegatedClients }) =>
    Array.from(delegatedClients, (client) => ({ ...client, service: service.id, kind: 'worker' as const })),
  );
}

/** Fork servers that serve. */
export function forkserverReports(services: readonly RunningService[]): ServerReport[] {
  return services.flatMap(({ service, forkserver }) => {
    const { pid, readyAt } = forkserver ?? {};
    if (pid === undefined || readyAt === undefined) return [];
    return [{ pid, service: service.id, peer: null, startedAt: readyAt, kind: 'forkserver' as const }];
  });
}

export function banReports(bans: readonly Ban[]): BanReport[] {
  return bans.map(({ block, until }) => ({ block, until: Number.isFinite(until) ? until : null }));
}

export function reloadReport({ table, outcome }: Reloaded): ReloadReport {
  const ids = (services: readonly RunningService[] = []): string[] => services.map(({ service }) => service.id);
  return {
    usable: outcome !== undefined,
    started: ids(outcome?.started),
    kept: ids(outcome?.kept),
    retained: ids(outcome?.retained),
    dropped: ids(outcome?.dropped),
    diagnostics: table.diagnostics.map((diagnostic) => ({
      severity: diagnostic.severity,
      text: diagnosticText(diagnostic),
    })),
  };
}

function serviceReport(running: RunningService): ServiceReport {
  const { service, counters, listeners, lastError, forkserver } = running;
  return {
    id: service.id,
    state: stateOf(running),
    sockets: listeners.flatMap((listener) => socketText(listener, service.protocol.name) ?? []),
    running: running.running,
    queued: running.queued.length,
    instances: service.limits.instances ?? null,
    accepted: counters.accepted,
    started: counters.started,
    ended: { zero: counters.endedWithZero, status: counters.endedWithStatus, signal: counters.endedBySignal },
    timedOut: counters.timedOut,
    refused: Object.fromEntries(counters.refused),
    forkserver:
      forkserver === undefined
        ? null
        : {
            ...forkserver,
            pid: forkserver.pid ?? null,
            readyAt: forkserver.readyAt ?? null,
            trouble: forkserver.trouble ?? null,
          },
    lastError: lastError ?? null,
  };
}

/** Of several sockets, the one that serves clients speaks for all. */
function stateOf({ paused, listeners, muxTarget }: RunningService): ServiceState {
  if (paused) return 'paused';
  if (muxTarget !== undefined) return 'muxed';
  const states = new Set(listeners.map(({ state }) => state));
  if (states.has('listening')) return 'listening';
  if (states.has('busy')) return 'busy';
  return states.has('held') || states.has('paused') ? 'resting' : 'down';
}

function socketText({ endpoint, local }: Listener, protocol: string): string | undefined {
  if (local === undefined) return undefined;
  if (endpoint.family === 'unix') return `unix ${endpoint.address}`;
  const host = local.address.includes(':') ? `[${local.address}]` : local.address;
  return `${protocol} ${host}:${local.port}`;
}

/** `/etc/xinetd.d/echo:4: there is no attribute 'sockettype' (did you mean 'socket_type'?)` */
function diagnosticText({ path, span, message, help }: Diagnostic): string {
  const place = span === undefined ? path : `${path}:${locate(span.file, span.start).line}`;
  return `${place}: ${message}${help === undefined ? '' : ` (${help})`}`;
}
