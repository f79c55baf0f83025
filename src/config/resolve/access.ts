/**
 * Who may use a service: address lists as Networks, and the cases in which the daemon could not keep to them.
 *
 * A service that cannot be guarded as its text says is refused, never run open: a stream service with
 * `wait = yes` accepts its own clients (xinetd 2.3.15.4 skips the lists for it).
 */
import type { Access, LaunchPlan, NamePattern, Network, SocketType } from '../../model/mod.ts';
import type { AccessItem, Definition, Settings } from '../definition.ts';
import { rulesOf } from '../inetd/mod.ts';
import type { Findings } from './findings.ts';
import type { ResolveOptions } from './options.ts';
import type { System } from './system.ts';
import { decodeBytes, systemText } from './text.ts';
import type { Kind } from './transport.ts';

export function resolveAccess(
  settings: Settings,
  socketType: SocketType | undefined,
  hostsName: string | undefined,
  system: System,
  findings: Findings,
): Access {
  const onlyFrom = settings.only_from === undefined ? undefined : clientsOf(settings.only_from, system);
  const noAccess = settings.no_access === undefined ? nobody : clientsOf(settings.no_access, system);
  const named = onlyFrom !== undefined && onlyFrom.names.length > 0;
  const access: Access = {
    onlyFrom: onlyFrom?.networks,
    noAccess: noAccess.networks,
    names:
      named || noAccess.names.length > 0 ? { onlyFrom: onlyFrom?.names ?? [], noAccess: noAccess.names } : undefined,
    hostsName,
    times: settings.access_times,
  };
  if (socketType === 'stream' && settings.wait === true) checkPeerUnknown(access, findings);
  return access;
}

/** What a list has of each kind. */
interface Clients {
  readonly networks: readonly Network[];
  readonly names: readonly NamePattern[];
}

const nobody: Clients = Object.freeze({ networks: Object.freeze([]), names: Object.freeze([]) });

/** A list that thousands of services inherit is one object, and so are its networks. */
const converted = new WeakMap<readonly AccessItem[], Clients>();

function clientsOf(items: readonly AccessItem[], system: System): Clients {
  const known = converted.get(items);
  if (known !== undefined) return known;
  const networks: Network[] = [];
  const names: NamePattern[] = [];
  for (const item of items) {
    const named = item.kind === 'host' ? namedNetwork(item.name, system) : undefined;
    if (named !== undefined) networks.push(named);
    else if (item.kind === 'network') networks.push(item.network);
    else if (item.kind === 'host') names.push({ kind: 'host', name: plainName(item.name) });
    else names.push({ kind: 'domain', name: plainName(item.suffix.slice(1)) });
  }
  const clients = { networks, names };
  converted.set(items, clients);
  return clients;
}

/**
 * A network of networks(5): zeros at the end of its address stand for anything, as everywhere in these lists. xinetd
 * reads 127.0.0.0 there as that one address.
 */
function namedNetwork(name: string, system: System): Network | undefined {
  const number = system.network(name);
  if (number === undefined) return undefined;
  const octets = [24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff);
  const significant = octets.findLastIndex((octet) => octet !== 0) + 1;
  return { family: 'inet', address: octets.join('.'), prefix: significant * 8, text: name };
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

function checkPeerUnknown({ onlyFrom, noAccess, names }: Access, findings: Findings): void {
  const excludes = noAccess.length > 0 || (names !== undefined && names.noAccess.length > 0);
  if (!excludes && admitsAll(onlyFrom)) return;
  const attribute = excludes ? 'no_access' : 'only_from';
  findings.add(
    'peer-unknown',
    attribute,
    `${attribute} cannot be kept for a stream service with wait = yes: the server accepts its clients itself`,
    'write wait = no, or allow everyone in this service: only_from = 0.0.0.0/0 ::/0, and no_access =',
  );
}

function admitsAll(onlyFrom: readonly Network[] | undefined): boolean {
  if (onlyFrom === undefined) return true;
  const everything = new Set(onlyFrom.filter(({ prefix }) => prefix === 0).map(({ family }) => family));
  return everything.has('inet') && everything.has('inet6');
}

/**
 * The name under which hosts.allow and hosts.deny know a service, when they are asked at all. xinetd asks them for
 * every service without NOLIBWRAP; the inetds when an option says so, NetBSD's always, most only for programs that get a
 * connection; a line of an inetd.conf that goes through tcpd has them asked whatever its socket is, and by tcpd's name alone.
 */
export function resolveHostsName(
  definition: Definition,
  kind: Kind,
  launch: Pick<LaunchPlan, 'program' | 'argv'> | undefined,
  options: ResolveOptions,
  findings: Findings,
): string | undefined {
  const { dialect, settings } = definition;
  const own = decodeBytes(definition.name) ?? definition.name;
  if (definition.inetd?.unix !== undefined) {
    // hosts_access(5) is about addresses, which clients of a Unix socket do not have.
    if (settings.libwrap !== undefined) {
      const message = 'hosts.allow and hosts.deny are not asked about the clients of a Unix socket';
      findings.add(
        'no-effect',
        'libwrap',
        message,
        'take tcpd out of the line; the mode of the socket says who may connect',
      );
    }
    return undefined;
  }
  if (dialect === 'inetd' && settings.libwrap === undefined) {
    const known = kind.socketType === 'dgram' || settings.wait !== true;
    if (launch === undefined) return options.libwrapInternal ? own : undefined;
    if (options.libwrap === 'freebsd') return known ? baseName(launch.program) : undefined;
    const asked = options.libwrap !== undefined || rulesOf(definition.inetd?.dialect ?? 'debian').asksHosts;
    return asked && known && kind.socketType === 'stream' ? launch.argv[0] : undefined;
  }
  if (settings.flags?.has('NOLIBWRAP') === true) return undefined;
  if (settings.libwrap !== undefined) return systemText(settings.libwrap, 'libwrap', findings);
  return launch === undefined ? own : baseName(launch.argv[0]);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
