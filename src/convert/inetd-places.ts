/** Where the lines of an inetd.conf listen: which sockets of a service one line can name together, by whose inetd it is for. */
import type { InetdFields, Rules, Settings } from '../config/mod.ts';
import type { Endpoint, Service } from '../model/mod.ts';
import { bytesOf } from './text.ts';

export type Place = Pick<InetdFields, 'addresses' | 'transport' | 'families' | 'unix'> & {
  readonly port: number | undefined;
};

/** Which sockets each line has; words: the inetd cannot listen there. */
export function placesOf(settings: Settings, service: Service, rules: Rules): readonly Place[] | string {
  const { protocol, endpoints, behindTcpmux } = service;
  if (behindTcpmux !== undefined)
    return [{ addresses: [], transport: protocol.name, families: 'inet', unix: undefined, port: undefined }];
  const places: Place[] = [];
  const ports = new Map<number, Endpoint[]>();
  for (const endpoint of endpoints) {
    if (endpoint.family === 'unix') {
      if (!rules.protocols.has('unix')) return `${rules.whose} inetd has no Unix sockets`;
      const { socket_owner: owner, socket_group: group } = settings;
      const said = rules.dialect === 'freebsd' && owner !== undefined && group !== undefined;
      const path = bytesOf(endpoint.address);
      const unix = said
        ? { path, owner, group, mode: endpoint.mode }
        : { path, owner: undefined, group: undefined, mode: undefined };
      places.push({ addresses: [], transport: 'unix', families: 'inet', unix, port: undefined });
    } else ports.set(endpoint.port, [...(ports.get(endpoint.port) ?? []), endpoint]);
  }
  for (const [port, own] of ports) {
    const wild = own.filter(({ address }) => address === '0.0.0.0' || address === '::');
    const named = own.filter((endpoint) => !wild.includes(endpoint));
    const families = wild.flatMap(({ family, stack }) =>
      family === 'inet6' && stack !== 'only' ? ['inet', 'inet6'] : [family],
    );
    const words = families.length === 0 ? [] : transportsFor(new Set(families), protocol.name, rules);
    if (words === undefined) return `${rules.whose} inetd has no socket for IPv6 alone`;
    for (const transport of words) places.push({ addresses: [], ...transport, unix: undefined, port });
    if (named.length > 0 && rules.addresses === 'none')
      return `${rules.whose} inetd has no address of its own for a service`;
    for (const family of ['inet', 'inet6'] as const) {
      const addresses = named.filter((endpoint) => endpoint.family === family).map(({ address }) => address);
      const [transport] = addresses.length === 0 ? [] : (transportsFor(new Set([family]), protocol.name, rules) ?? []);
      if (addresses.length === 0) continue;
      if (transport === undefined) return `${rules.whose} inetd has no socket for IPv6 alone`;
      const groups = rules.addresses === 'several' ? [addresses] : addresses.map((address) => [address]);
      for (const group of groups) places.push({ addresses: group, ...transport, unix: undefined, port });
    }
  }
  return places;
}

type Transport = Pick<InetdFields, 'transport' | 'families'>;

/** One word for all of the families, or one for each; undefined: there is none for IPv6 alone. */
function transportsFor(
  families: ReadonlySet<string>,
  protocol: string,
  { protocols }: Rules,
): readonly Transport[] | undefined {
  const find = (...wanted: readonly string[]): Transport | undefined => {
    for (const [transport, means] of protocols) {
      if (means !== 'unix' && transport.startsWith(protocol) && wanted.includes(means))
        return { transport, families: means };
    }
    return undefined;
  };
  const [inet, inet6] = [find('inet'), find('inet6')];
  const both = find('inet-and-inet6') ?? find('dual') ?? find('inet6-and-inet');
  if (families.size === 2 && both !== undefined) return [both];
  const needed = [...(families.has('inet') ? [inet] : []), ...(families.has('inet6') ? [inet6] : [])];
  const found = needed.filter((transport) => transport !== undefined);
  return found.length === needed.length ? found : undefined;
}
