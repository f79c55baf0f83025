/**
 * Who may use a service: address lists as Networks, and the cases in which the daemon could not keep to them.
 *
 * A service that cannot be guarded as its text says is refused, never run open: a stream service with
 * `wait = yes` accepts its own clients (xinetd 2.3.15.4 skips the lists for it), and rules in hosts.allow and hosts.deny are not read yet.
 */
import type { Access, NamePattern, Network, SocketType } from '../../model/mod.ts';
import type { AccessItem, Settings } from '../definition.ts';
import type { Findings } from './findings.ts';

export function resolveAccess(settings: Settings, socketType: SocketType | undefined, findings: Findings): Access {
  const onlyFrom = settings.only_from === undefined ? undefined : clientsOf(settings.only_from);
  const noAccess = settings.no_access === undefined ? nobody : clientsOf(settings.no_access);
  const named = onlyFrom !== undefined && onlyFrom.names.length > 0;
  const access: Access = {
    onlyFrom: onlyFrom?.networks,
    noAccess: noAccess.networks,
    names:
      named || noAccess.names.length > 0 ? { onlyFrom: onlyFrom?.names ?? [], noAccess: noAccess.names } : undefined,
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

function clientsOf(items: readonly AccessItem[]): Clients {
  const known = converted.get(items);
  if (known !== undefined) return known;
  const networks: Network[] = [];
  const names: NamePattern[] = [];
  for (const item of items) {
    if (item.kind === 'network') networks.push(item.network);
    else if (item.kind === 'host') names.push({ kind: 'host', name: plainName(item.name) });
    else names.push({ kind: 'domain', name: plainName(item.suffix.slice(1)) });
  }
  const clients = { networks, names };
  converted.set(items, clients);
  return clients;
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

/** xinetd asks hosts_access(5) for every service without NOLIBWRAP; an inetd only when started with -l. */
export function checkHostsAccess(asked: boolean, rules: boolean, findings: Findings): void {
  if (!asked || !rules) return;
  findings.add(
    'not-supported-yet',
    undefined,
    'hosts.allow or hosts.deny has rules, and they are not supported yet: the service would run without them',
    'write flags = NOLIBWRAP and put the rules into only_from and no_access, or empty the two files',
  );
}
