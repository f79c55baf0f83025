/**
 * The sockets of a service: families and addresses.
 *
 * xinetd.conf: one socket. The flags IPv4 and IPv6 decide the family, then the address in `bind`, and without
 * either it is an IPv6 socket that takes both families, or an IPv4 one on a machine without IPv6. `v6only`
 * means what it says (xinetd 2.3.15.3 takes `no` for `yes`). A host in `bind` with several addresses gives the
 * first of the wanted family, IPv4 where no flag says otherwise.
 *
 * inetd.conf (Debian): `tcp` and `udp` are two sockets, IPv4 and IPv6, of which the second is only implied;
 * a digit picks one; `46` is one socket for both. Every address of a list, and every address of a host, has a
 * socket of its own.
 */
import { formatIp, parseIp, parseIpv4Loosely, unmapIp } from '../../address/mod.ts';
import type { Endpoint, Family } from '../../model/mod.ts';
import type { Definition } from '../definition.ts';
import type { Findings } from './findings.ts';

/** Addresses of host names, looked up before (names.ts). */
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

/** Host names that a definition wants to listen on. */
export function localHosts({ settings, inetd }: Definition): string[] {
  const names = settings.bind === undefined ? (inetd?.addresses ?? []) : [settings.bind];
  return names.filter((name) => name !== '*' && numericAddress(name) === undefined);
}

export function resolveEndpoints(
  definition: Definition,
  port: number,
  hosts: Hosts,
  findings: Findings,
): readonly Endpoint[] {
  return definition.inetd === undefined
    ? xinetdEndpoint(definition, port, hosts, findings)
    : inetdEndpoints(definition, port, hosts, findings);
}

function xinetdEndpoint({ settings }: Definition, port: number, hosts: Hosts, findings: Findings): readonly Endpoint[] {
  const flags = { inet: settings.flags?.has('IPv4') === true, inet6: settings.flags?.has('IPv6') === true };
  const forced: Family | undefined = flags.inet === flags.inet6 ? undefined : flags.inet ? 'inet' : 'inet6';
  const local = settings.bind === undefined ? undefined : boundAddress(settings.bind, forced, hosts, findings);
  if (settings.bind !== undefined && local === undefined) return [];
  if (local !== undefined && forced !== undefined && local.family !== forced) {
    const flag = forced === 'inet' ? 'IPv4' : 'IPv6';
    findings.add(
      'family-mismatch',
      'bind',
      `the flag ${flag} does not go with the address ${local.address}`,
      `take the flag out, or bind an ${flag} address`,
    );
    return [];
  }
  const family = forced ?? local?.family ?? 'inet6';
  const address = local?.address ?? (family === 'inet' ? '0.0.0.0' : '::');
  if (family === 'inet') return [{ family, address, port, stack: 'only', implied: false }];
  const dual = forced === undefined && local === undefined ? 'dual-or-inet' : 'dual';
  const stack = settings.v6only === true || address !== '::' ? 'only' : dual;
  return [{ family, address, port, stack, implied: false }];
}

function boundAddress(
  text: string,
  wanted: Family | undefined,
  hosts: Hosts,
  findings: Findings,
): LocalAddress | undefined {
  const numeric = numericAddress(text);
  if (numeric !== undefined) return numeric;
  const addresses = hostAddresses(text, hosts);
  const preferred = addresses.find(({ family }) => family === (wanted ?? 'inet'));
  return (
    preferred ??
    addresses[0] ??
    findings.add(
      'name-not-resolved',
      'bind',
      `the host name '${text}' has no address`,
      'write a numeric address, or mend the name service; an interface name is not an address',
    )
  );
}

function hostAddresses(name: string, hosts: Hosts): readonly LocalAddress[] {
  return (hosts.get(name) ?? []).flatMap((text) => numericAddress(text) ?? []);
}

function inetdEndpoints({ inetd }: Definition, port: number, hosts: Hosts, findings: Findings): readonly Endpoint[] {
  if (inetd === undefined) return [];
  const digit = /\d+$/.exec(inetd.transport)?.[0];
  const endpoints = new Map<string, Endpoint>();
  const put = (family: Family, address: string, stack: Endpoint['stack'], implied: boolean): void => {
    const known = endpoints.get(`${family} ${address}`);
    endpoints.set(`${family} ${address}`, {
      family,
      address,
      port,
      stack,
      implied: implied && known?.implied !== false,
    });
  };
  const wildcard = (): void => {
    if (digit === '46') put('inet6', '::', 'dual', false);
    if (digit === '4' || digit === undefined) put('inet', '0.0.0.0', 'only', false);
    if (digit === '6' || digit === undefined) put('inet6', '::', 'only', digit === undefined);
  };

  if (inetd.addresses.length === 0) wildcard();
  for (const text of inetd.addresses) {
    if (text === '*') {
      wildcard();
      continue;
    }
    const numeric = numericAddress(text);
    const found = numeric === undefined ? hostAddresses(text, hosts) : [numeric];
    if (found.length === 0)
      findings.add(
        'name-not-resolved',
        undefined,
        `the host name '${text}' has no address`,
        'write a numeric address, or mend the name service',
      );
    const fitting = found.filter(
      ({ family }) => digit === undefined || digit === '46' || digit === (family === 'inet' ? '4' : '6'),
    );
    if (found.length > 0 && fitting.length === 0)
      findings.add(
        'family-mismatch',
        'protocol',
        `${inetd.transport} does not go with the address ${text}`,
        'write the protocol without a digit',
      );
    for (const { family, address } of fitting) put(family, address, 'only', false);
  }
  return [...endpoints.values()];
}
