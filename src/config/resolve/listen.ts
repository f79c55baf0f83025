/**
 * The sockets that `listen` names. What one transport cannot share with another is refused: a program that gets a
 * connection and one that gets the socket of datagrams are two services.
 */
import type { Endpoint } from '../../model/mod.ts';
import type { AttributeName, Definition, ListenItem } from '../definition.ts';
import { boundEndpoint, isNew, unboundEndpoint } from './bind.ts';
import type { Findings } from './findings.ts';
import type { Hosts } from './local-address.ts';
import type { Sockets } from './sockets.ts';
import type { System } from './system.ts';
import { type Kind, resolveTransport } from './transport.ts';
import { unixEndpoint, unixTransport } from './unix.ts';

/** Who may connect to a Unix socket of which nothing is said: the user that runs the daemon. */
const ownerOnly = 0o600;

type InternetItem = Extract<ListenItem, { readonly ports: unknown }>;

export function listenSockets(
  definition: Definition,
  items: readonly ListenItem[],
  kind: Kind,
  hosts: Hosts,
  system: System,
  findings: Findings,
): Sockets | undefined {
  if (!agree(definition, items, kind, findings)) return undefined;
  const transport =
    kind.protocol === 'unix' ? unixTransport(kind.socketType, findings) : resolveTransport(kind, system, findings);
  if (transport === undefined) return undefined;
  const endpoints = items.flatMap((item) =>
    item.transport === 'unix'
      ? (unixOf(item.path, definition, system, findings) ?? [])
      : internetOf(item, definition, hosts, system, findings),
  );
  return { ...transport, endpoints: withoutRepeated(endpoints, findings) };
}

/** Whether nothing else says where the service listens, and one program can serve all of the sockets. */
function agree({ settings }: Definition, items: readonly ListenItem[], kind: Kind, findings: Findings): boolean {
  const replaced: AttributeName[] = ['port', 'bind'];
  for (const name of replaced) {
    if (settings[name] === undefined || findings.isInherited(name)) continue;
    findings.add('listen-clash', 'listen', `${name} stands beside listen`, `take ${name} out: listen replaces it`);
  }
  for (const type of ['RPC', 'TCPMUX', 'TCPMUXPLUS'] as const) {
    if (settings.type?.has(type) !== true) continue;
    findings.add(
      'listen-clash',
      'listen',
      `a service of type ${type} has no sockets of its own to name`,
      'take listen out',
    );
  }
  const transports = new Set(items.map(({ transport }) => transport));
  if (transports.has('udp') && transports.size > 1) {
    findings.add(
      'listen-clash',
      'listen',
      'udp stands beside other sockets: their servers get a connection, and those of datagrams the socket itself',
      'write two services',
    );
  }
  if (settings.protocol !== undefined && settings.protocol !== kind.protocol) {
    findings.add(
      'listen-clash',
      'protocol',
      `protocol = ${settings.protocol} does not go with listen, which says ${kind.protocol}`,
      'take protocol out: listen replaces it',
    );
  }
  if (transports.has('unix') && transports.has('tcp') && kind.socketType !== 'stream') {
    findings.add('listen-clash', 'socket_type', 'sockets of TCP are stream sockets', 'write socket_type = stream');
  }
  const files: AttributeName[] = ['socket_owner', 'socket_group', 'socket_mode'];
  for (const name of files) {
    if (settings[name] === undefined || transports.has('unix')) continue;
    findings.add('listen-clash', name, `${name} is for Unix sockets, and the service has none`, `take ${name} out`);
  }
  return !findings.refused;
}

function unixOf(path: string, { settings }: Definition, system: System, findings: Findings): Endpoint | undefined {
  const { socket_owner: owner, socket_group: group, socket_mode: mode = ownerOnly } = settings;
  return unixEndpoint({ path, owner, group, mode }, 'listen', 'debian', system, findings);
}

function internetOf(
  { transport, place, ports }: InternetItem,
  { settings }: Definition,
  hosts: Hosts,
  system: System,
  findings: Findings,
): readonly Endpoint[] {
  const range = typeof ports === 'string' ? namedPort(ports, transport, system, findings) : ports;
  if (range === undefined) return [];
  const endpoints: Endpoint[] = [];
  for (let port = range.low; port <= range.high; port++) {
    const endpoint =
      place === undefined
        ? unboundEndpoint(settings, port)
        : boundEndpoint(place, settings, port, hosts, system, findings, 'listen');
    if (endpoint !== undefined) endpoints.push(endpoint);
  }
  return endpoints;
}

function namedPort(
  name: string,
  transport: 'tcp' | 'udp',
  system: System,
  findings: Findings,
): Exclude<InternetItem['ports'], string> | undefined {
  const port = system.service(name, transport);
  if (port !== undefined) return { low: port, high: port };
  return findings.add(
    'unknown-port',
    'listen',
    `services(5) has no service '${name}' for ${transport}, so its port is not known`,
    'write the number of the port',
  );
}

/** Ports that the kernel chooses are as many as there are words. */
function withoutRepeated(all: readonly Endpoint[], findings: Findings): readonly Endpoint[] {
  const endpoints: Endpoint[] = [];
  for (const endpoint of all) {
    const { port } = endpoint;
    const rivals = endpoints.filter((other) => other.port === port && (port !== 0 || endpoint.family === 'unix'));
    if (isNew(endpoint, rivals, findings, 'listen')) endpoints.push(endpoint);
  }
  return endpoints;
}
