/** Addresses to listen on, from numbers and from host names that have been looked up (names.ts). */
import { formatIp, parseIp, parseIpv4Loosely, unmapIp } from '../../address/mod.ts';
import type { Family } from '../../model/mod.ts';

/** Addresses of host names, looked up before. */
export type Hosts = ReadonlyMap<string, readonly string[]>;

export interface LocalAddress {
  readonly family: Family;
  /** Canonical, with its scope. */
  readonly address: string;
}

/** A numeric address in any spelling that getaddrinfo(3) takes; undefined for a host name. */
export function numericAddress(text: string): LocalAddress | undefined {
  const percent = text.indexOf('%');
  const bare = percent === -1 ? text : text.slice(0, percent);
  const parsed = parseIp(bare) ?? parseIpv4Loosely(bare);
  if (parsed === undefined) return undefined;
  const ip = unmapIp(parsed);
  const scope = percent === -1 || ip.family === 'inet' ? '' : text.slice(percent);
  return { family: ip.family, address: `${formatIp(ip)}${scope}` };
}

export function hostAddresses(name: string, hosts: Hosts): readonly LocalAddress[] {
  return (hosts.get(name) ?? []).flatMap((text) => numericAddress(text) ?? []);
}
