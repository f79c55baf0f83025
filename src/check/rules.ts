/**
 * Rules that can do nothing: an only_from that no client can pass, and blocks of it that no_access has as well. What
 * decides is src/access/access-list.ts: the most specific entry, and no_access where both are as specific.
 */
import type { Network } from '../model/mod.ts';
import type { Subject } from './subject.ts';

export function checkRules(subject: Subject): void {
  const { access, endpoints, server } = subject.service;
  if (access.onlyFrom === undefined || server.kind === 'sensor') return;
  const named = (access.names?.onlyFrom ?? []).length > 0;
  const refused = new Set(access.noAccess.map(keyOf));
  const dead = access.onlyFrom.filter((network) => refused.has(keyOf(network)));
  const alive = access.onlyFrom.filter((network) => !refused.has(keyOf(network)));
  for (const { text } of dead) {
    subject.add(
      'rule-unreachable',
      'only_from',
      `${text} is in no_access as well, and there refused`,
      'take it out of one of the two',
    );
  }
  if (named) return;
  const families = new Set(endpoints.flatMap((endpoint) => reaches(endpoint)));
  if (alive.length === 0) {
    const why = dead.length > 0 ? 'no_access has all that only_from has' : 'only_from is empty';
    subject.add(
      'nobody-admitted',
      'only_from',
      `no client can use this service: ${why}`,
      'name who may, or write disable = yes',
    );
  } else if (families.size > 0 && !alive.some((network) => families.has(network.family) || network.prefix === 0)) {
    const [family] = families;
    const word = family === 'inet' ? 'IPv4' : 'IPv6';
    subject.add(
      'nobody-admitted',
      'only_from',
      `no client can use this service: it listens for ${word} alone, and only_from has no ${word} address`,
    );
  }
}

function keyOf({ family, address, prefix }: Network): string {
  return `${family} ${address}/${prefix}`;
}

/** Families of the clients of an endpoint; none for a Unix socket. */
function reaches(endpoint: { readonly family: string; readonly stack: string }): readonly Network['family'][] {
  if (endpoint.family === 'inet') return ['inet'];
  if (endpoint.family !== 'inet6') return [];
  return endpoint.stack === 'only' ? ['inet6'] : ['inet', 'inet6'];
}
