/**
 * Who may use a service: address lists as Networks, and the cases in which the daemon could not keep to them.
 *
 * A service that cannot be guarded as its text says is refused, never run open: a stream service with
 * `wait = yes` accepts its own clients (xinetd 2.3.15.4 skips the lists for it), names in a list need the
 * client's name, and rules in hosts.allow and hosts.deny are not read yet.
 */
import type { Access, Network, SocketType } from '../../model/mod.ts';
import type { AccessItem, Settings } from '../definition.ts';
import type { Findings } from './findings.ts';

export function resolveAccess(settings: Settings, socketType: SocketType | undefined, findings: Findings): Access {
  const onlyFrom = settings.only_from === undefined ? undefined : networks(settings.only_from, 'only_from', findings);
  const noAccess = settings.no_access === undefined ? nobody : networks(settings.no_access, 'no_access', findings);
  if (socketType === 'stream' && settings.wait === true && (noAccess.length > 0 || !admitsAll(onlyFrom))) {
    const attribute = noAccess.length > 0 ? 'no_access' : 'only_from';
    findings.add(
      'peer-unknown',
      attribute,
      `${attribute} cannot be kept for a stream service with wait = yes: the server accepts its clients itself`,
      'write wait = no, or allow everyone in this service: only_from = 0.0.0.0/0 ::/0, and no_access =',
    );
  }
  return { onlyFrom, noAccess, times: settings.access_times };
}

const nobody: readonly Network[] = Object.freeze([]);

/** A list that thousands of services inherit is one object, and so are its networks. */
const converted = new WeakMap<readonly AccessItem[], readonly Network[]>();

function networks(
  items: readonly AccessItem[],
  attribute: 'only_from' | 'no_access',
  findings: Findings,
): readonly Network[] {
  const known = converted.get(items);
  if (known !== undefined) return known;
  const found: Network[] = [];
  for (const item of items) {
    if (item.kind === 'network') {
      found.push(item.network);
    } else {
      const name = item.kind === 'host' ? item.name : item.suffix;
      findings.add(
        'not-supported-yet',
        attribute,
        `the name '${name}' in ${attribute} is not supported yet`,
        'write addresses',
      );
    }
  }
  if (found.length === items.length) converted.set(items, found);
  return found;
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
