/**
 * Rules that can do nothing: an only_from that no client can pass, and blocks of it that no_access has as well, whole or
 * in parts. What decides is src/access/access-list.ts: the most specific entry, and no_access where both are as specific.
 */
import { type IpAddress, longestPrefix, parseIp, sharePrefix } from '../address/mod.ts';
import type { Network } from '../model/mod.ts';
import type { Subject } from './subject.ts';

/** An entry of one of the two lists. */
interface Entry {
  readonly ip: IpAddress;
  readonly prefix: number;
  readonly admits: boolean;
}

export function checkRules(subject: Subject): void {
  const { access, endpoints, server } = subject.service;
  if (access.onlyFrom === undefined || server.kind === 'sensor') return;
  const named = (access.names?.onlyFrom ?? []).length > 0;
  const refused = new Set(access.noAccess.map(keyOf));
  const dead = access.onlyFrom.filter((network) => refused.has(keyOf(network)));
  const entries = [...entriesOf(access.onlyFrom, true), ...entriesOf(access.noAccess, false)];
  const rest = access.onlyFrom.filter((network) => !refused.has(keyOf(network)));
  const covered = named ? [] : rest.filter((network) => isCovered(network, entries));
  const alive = rest.filter((network) => !covered.includes(network));
  for (const { text } of covered) {
    subject.add(
      'rule-unreachable',
      'only_from',
      `every address of ${text} is in blocks of no_access that are smaller, and there refused`,
      'take it out, or make no_access smaller',
    );
  }
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
    const why = dead.length + covered.length > 0 ? 'no_access has all that only_from has' : 'only_from is empty';
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

function entriesOf(networks: readonly Network[], admits: boolean): readonly Entry[] {
  return networks.flatMap(({ address, prefix }) => {
    const ip = parseIp(address);
    return ip === undefined ? [] : [{ ip, prefix, admits }];
  });
}

/** Whether no client of the block is let in. A block of everything holds the other family's clients too. */
function isCovered({ address, prefix }: Network, entries: readonly Entry[]): boolean {
  const ip = parseIp(address);
  return ip !== undefined && prefix > 0 && !admitsSomebody(ip, prefix, within(ip, prefix, entries), true);
}

/** @param decision that of the smallest entry around the block; `entries` are the block itself and those in it */
function admitsSomebody(ip: IpAddress, prefix: number, entries: readonly Entry[], decision: boolean): boolean {
  const own = entries.filter((entry) => entry.prefix === prefix);
  const decided = own.length === 0 ? decision : own.every(({ admits }) => admits);
  const smaller = entries.filter((entry) => entry.prefix > prefix);
  if (smaller.length === 0) return decided;
  return halves(ip, prefix).some((half) =>
    admitsSomebody(half, prefix + 1, within(half, prefix + 1, smaller), decided),
  );
}

function within(ip: IpAddress, prefix: number, entries: readonly Entry[]): readonly Entry[] {
  return entries.filter((entry) => entry.prefix >= prefix && sharePrefix(entry.ip, ip, prefix));
}

/** The two blocks of one bit more. A single address has none, and no entry is smaller. */
function halves(ip: IpAddress, prefix: number): readonly IpAddress[] {
  if (prefix === longestPrefix(ip)) return [];
  const bit = 0x80 >> (prefix % 8);
  const index = Math.floor(prefix / 8);
  return [ip, { family: ip.family, bytes: ip.bytes.map((byte, at) => (at === index ? byte | bit : byte)) }];
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
