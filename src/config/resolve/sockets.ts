/** What sockets a service has: of the Internet, by transport.ts and endpoint.ts, one with a file, by unix.ts, or those of listen.ts. */
import type { Endpoint } from '../../model/mod.ts';
import type { Definition } from '../definition.ts';
import { resolveEndpoints } from './endpoint.ts';
import type { Findings } from './findings.ts';
import { listenSockets } from './listen.ts';
import type { Hosts } from './local-address.ts';
import type { System } from './system.ts';
import { type Kind, resolvePort, resolveTransport, type Transport } from './transport.ts';
import { unixEndpoint, unixTransport } from './unix.ts';

export interface Sockets extends Transport {
  readonly endpoints: readonly Endpoint[];
}

/**
 * @param behindTcpmux it has none
 * @returns undefined when there is an error among the findings
 */
export function resolveSockets(
  definition: Definition,
  kind: Kind,
  behindTcpmux: boolean,
  hosts: Hosts,
  system: System,
  findings: Findings,
): Sockets | undefined {
  const { inetd } = definition;
  if (inetd?.unix !== undefined) {
    const transport = unixTransport(kind.socketType, findings);
    const endpoint = unixEndpoint(inetd.unix, 'port', inetd.dialect, system, findings);
    return transport === undefined || endpoint === undefined ? undefined : { ...transport, endpoints: [endpoint] };
  }
  const { listen } = definition.settings;
  if (listen !== undefined) return listenSockets(definition, listen, kind, hosts, system, findings);
  const transport = resolveTransport(kind, system, findings);
  if (behindTcpmux) return transport === undefined ? undefined : { ...transport, endpoints: [] };
  const port = transport === undefined ? undefined : resolvePort(definition, transport.protocol, system, findings);
  if (transport === undefined || port === undefined) return undefined;
  return { ...transport, endpoints: resolveEndpoints(definition, port, hosts, system, findings) };
}
