/**
 * Services that want the same socket. The first one in the text has it, later ones are refused; xinetd finds
 * out only when bind(2) fails, eleven times, at start.
 *
 * A wildcard takes the same port of every address too, but whether both can be bound depends on the protocol
 * and on socket options, so that is a warning. The half of a pair that an inetd.conf line only implies gives
 * way without a word: FreeBSD's `tcp` and `tcp6` lines for one service are meant side by side.
 */
import type { Endpoint, InternetEndpoint, Service } from '../../model/mod.ts';

export interface Clash {
  readonly service: Service;
  readonly endpoint: Endpoint;
  /** The service in the text before it that has the address, or part of it. */
  readonly earlier: Service;
  readonly other: Endpoint;
  readonly same: boolean;
}

interface Claim {
  readonly service: Service;
  readonly endpoint: Endpoint;
}

export interface Settled {
  readonly clashes: readonly Clash[];
  /** Services without the implied endpoints that another service asks for in so many words. */
  readonly services: ReadonlyMap<Service, Service>;
}

/** @param services in the order of the text */
export function settleAddresses(services: readonly Service[]): Settled {
  const byPort = new Map<string, Claim[]>();
  const clashes: Clash[] = [];
  const refused = new Set<Service>();
  for (const service of services) {
    for (const endpoint of service.endpoints) {
      if ((endpoint.port === 0 && endpoint.family !== 'unix') || endpoint.implied) continue;
      const key = portKey(service, endpoint);
      const claims = byPort.get(key) ?? [];
      byPort.set(key, claims);
      for (const claim of claims) {
        const shared = refused.has(claim.service) ? undefined : overlap(endpoint, claim.endpoint);
        if (shared === undefined) continue;
        clashes.push({ service, endpoint, earlier: claim.service, other: claim.endpoint, same: shared === 'same' });
        if (shared === 'same') refused.add(service);
      }
      claims.push({ service, endpoint });
    }
  }
  const settled = new Map<Service, Service>();
  for (const service of services) {
    const endpoints = service.endpoints.filter((endpoint) => !endpoint.implied || !isTaken(service, endpoint));
    settled.set(service, endpoints.length === service.endpoints.length ? service : { ...service, endpoints });
  }
  return { clashes, services: settled };

  function isTaken(service: Service, endpoint: Endpoint): boolean {
    const claims = byPort.get(portKey(service, endpoint)) ?? [];
    return claims.some(
      (claim) =>
        claim.service !== service && !refused.has(claim.service) && overlap(endpoint, claim.endpoint) === 'same',
    );
  }
}

function portKey({ protocol }: Service, { family, address, port }: Endpoint): string {
  if (family === 'unix') return `unix ${address}`;
  return `${protocol.number} ${port}`;
}

/**
 * Whether two endpoints with one port want the same address, or one of them part of the other's. Two devices share
 * nothing; a device is a part of every address.
 */
export function overlap(a: Endpoint, b: Endpoint): 'same' | 'part' | undefined {
  if (a.family === 'unix' || b.family === 'unix') return a.address === b.address ? 'same' : undefined;
  if (a.device !== b.device && a.device !== undefined && b.device !== undefined) return undefined;
  const [first, second] = [reach(a), reach(b)];
  for (const family of ['inet', 'inet6'] as const) {
    const [x, y] = [first[family], second[family]];
    if (x === undefined || y === undefined) continue;
    if (x === y) return a.device === b.device ? 'same' : 'part';
    if (isWild(x) || isWild(y)) return 'part';
  }
  return undefined;
}

/** The address that an endpoint takes in each family. */
function reach({ family, address, stack }: InternetEndpoint): { readonly inet?: string; readonly inet6?: string } {
  if (family === 'inet') return { inet: address };
  return stack === 'only' ? { inet6: address } : { inet6: address, inet: '0.0.0.0' };
}

function isWild(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}
