/**
 * What must hold between the parts of a daemon that works, looked at on SIGABRT and at the interval of `-cc`: servers
 * counted are servers that run, a listener has just the socket that its state says, and no descriptor is left over.
 * An error here is a mistake in kinetd, or somebody else's hand in the process.
 *
 * It looks and mends nothing. Memory and time are those of the services, servers and descriptors that there are.
 */
import type { Server, Servers } from '../launch/mod.ts';
import type { Listener } from '../listener/mod.ts';
import type { Service } from '../model/mod.ts';

/** What is looked at of a service. */
export interface Inspected {
  readonly service: Pick<Service, 'id' | 'server'>;
  readonly listeners: readonly Pick<Listener, 'state' | 'descriptor' | 'local'>[];
  /** As `instances` counts them. */
  readonly running: number;
  /** Of these, clients that have no server as yet. */
  readonly identifying: number;
  /** Of these, clients whom the worker serves. */
  readonly delegated: number;
  /** Connections that may wait for longer than any other in the daemon's hands. */
  readonly queued: readonly number[];
  /** As `per_source` counts them, all sources together. */
  readonly runningOfSources: number;
  /** Its fork server, where it has one. */
  readonly forkserver: { readonly pid: number | undefined } | undefined;
}

export interface Inspection {
  readonly services: readonly Inspected[];
  /** Dropped by a reload; they are kept for the sake of their servers. */
  readonly leaving: readonly Inspected[];
  readonly servers: Iterable<Server> & Pick<Servers, 'count' | 'underWay'>;
  /** Pids of all fork servers, also of those that are about to go. */
  readonly forkservers: ReadonlySet<number>;
  /** Whether the process is there; one that has ended and was not collected is. */
  readonly processExists: (pid: number) => boolean;
  /** Where a socket is bound; undefined for what is closed or no socket. */
  readonly boundTo: (descriptor: number) => { readonly address: string; readonly port: number } | undefined;
  /** Descriptors of the process that are bound to internet addresses, with the socket that each is. */
  readonly sockets: () => readonly { readonly descriptor: number; readonly identity: string; readonly port: number }[];
  /** Milliseconds. */
  readonly now: number;
}

const withSocket: ReadonlySet<string> = new Set(['listening', 'busy', 'held']);
/** Connections may be in the daemon's hands for a while: on their way to a server, or with a banner. */
const leakMilliseconds = 300_000;

export class Consistency {
  /** Sockets at the port of a service that are none of its listeners: since when. */
  #strays = new Map<string, number>();

  /** @returns what is wrong, a sentence for each error */
  check(inspection: Inspection): readonly string[] {
    const { services, leaving } = inspection;
    const all = [...services, ...leaving];
    const owned = new Map<object, number>();
    for (const { owner } of inspection.servers) owned.set(owner, (owned.get(owner) ?? 0) + 1);
    return [
      ...all.flatMap((inspected) => occupancyErrors(inspected, owned.get(inspected) ?? 0, inspection)),
      ...forkserverErrors(all, inspection),
      ...totalErrors(all, inspection),
      ...services.flatMap((inspected) => listenerErrors(inspected, inspection)),
      ...sharedDescriptors(services),
      ...waitingErrors(services, inspection),
      ...leaving
        .filter(({ running }) => running === 0)
        .map(({ service }) => `service ${service.id} was dropped and is kept without a server`),
      ...this.#leaks(services, inspection),
    ];
  }

  /** An accepted connection has its listener's port; one that stays for minutes was forgotten. */
  #leaks(services: readonly Inspected[], { sockets, now }: Inspection): readonly string[] {
    const listeners = services.flatMap((inspected) => inspected.listeners);
    const ports = new Set(listeners.map(({ local }) => local?.port));
    const own = new Set<number | undefined>([
      ...listeners.map(({ descriptor }) => descriptor),
      ...services.flatMap(({ queued }) => queued),
    ]);
    const before = this.#strays;
    this.#strays = new Map();
    const errors: string[] = [];
    for (const { descriptor, identity, port } of sockets()) {
      if (own.has(descriptor) || !ports.has(port)) continue;
      const key = `${descriptor} ${identity}`;
      const since = before.get(key) ?? now;
      this.#strays.set(key, since);
      const seconds = Math.floor((now - since) / 1000);
      if (now - since >= leakMilliseconds)
        errors.push(`descriptor ${descriptor} at port ${port} has been nobody's for ${seconds} seconds`);
    }
    return errors;
  }
}

function occupancyErrors(inspected: Inspected, owned: number, { servers }: Inspection): readonly string[] {
  const { service, running, runningOfSources } = inspected;
  const errors: string[] = [];
  if (runningOfSources > running) {
    errors.push(`service ${service.id} counts ${runningOfSources} servers of its clients, and ${running} in all`);
  }
  if (service.server.kind !== 'program') return errors;
  // Launches under way are counted by their service, and are nobody's servers yet.
  const expected = ownServers(inspected);
  if (owned > expected || (owned < expected && servers.underWay === 0)) {
    errors.push(`service ${service.id} counts ${expected} running servers and has ${owned}`);
  }
  return errors;
}

function forkserverErrors(all: readonly Inspected[], { forkservers, processExists }: Inspection): readonly string[] {
  const lost = [...forkservers]
    .filter((pid) => !processExists(pid))
    .map((pid) => `fork server ${pid} is in the table, and there is no such process`);
  const strange = all.flatMap(({ service, forkserver }) =>
    forkserver?.pid === undefined || forkservers.has(forkserver.pid)
      ? []
      : [`fork server ${forkserver.pid} of service ${service.id} is not in the table`],
  );
  return [...lost, ...strange];
}

/** Processes of the service that the daemon must have. */
function ownServers({ running, identifying, delegated }: Inspected): number {
  return running - identifying - delegated;
}

function totalErrors(all: readonly Inspected[], { servers, processExists }: Inspection): readonly string[] {
  const sum = (some: readonly Inspected[]): number => some.reduce((count, { running }) => count + running, 0);
  const counted = sum(all);
  // What the worker does for internal services is counted by them and is no server.
  const programs = all.filter(({ service }) => service.server.kind === 'program');
  const atLeast = programs.reduce((count, inspected) => count + ownServers(inspected), 0);
  const errors: string[] = [];
  if (servers.count < atLeast || servers.count > counted) {
    errors.push(`services count ${counted} running servers, and the daemon ${servers.count}`);
  }
  const known = new Set<object>(all);
  for (const { pid, owner } of servers) {
    if (!processExists(pid)) errors.push(`server ${pid} is in the table, and there is no such process`);
    if (!known.has(owner)) errors.push(`server ${pid} belongs to no service`);
  }
  return errors;
}

function listenerErrors({ service, listeners }: Inspected, { boundTo }: Inspection): readonly string[] {
  return listeners.flatMap(({ state, descriptor, local }) => {
    if (withSocket.has(state) !== (descriptor !== undefined)) {
      return [`service ${service.id} is ${state} ${descriptor === undefined ? 'without' : 'with'} a descriptor`];
    }
    if (descriptor === undefined || local === undefined) return [];
    const bound = boundTo(descriptor);
    if (bound === undefined) return [`descriptor ${descriptor} of service ${service.id} is no socket`];
    if (bound.address === local.address && bound.port === local.port) return [];
    return [
      `descriptor ${descriptor} of service ${service.id} is bound to ${bound.address} ${bound.port}, not to ${local.address} ${local.port}`,
    ];
  });
}

function sharedDescriptors(services: readonly Inspected[]): readonly string[] {
  const owners = new Map<number, string>();
  return services.flatMap(({ service, listeners }) =>
    listeners.flatMap(({ descriptor }) => {
      if (descriptor === undefined) return [];
      const owner = owners.get(descriptor);
      owners.set(descriptor, service.id);
      return owner === undefined ? [] : [`descriptor ${descriptor} belongs to service ${owner} and to ${service.id}`];
    }),
  );
}

/** Who has handed its socket over waits for a server to end. */
function waitingErrors(services: readonly Inspected[], { servers }: Inspection): readonly string[] {
  const busy = services.flatMap(({ listeners }) => listeners).filter(({ state }) => state === 'busy').length;
  const awaited = [...servers].filter((server) => server.awaited).length;
  return busy > awaited ? [`${busy} sockets are with servers, and ${awaited} servers are waited for`] : [];
}
