/**
 * Socket type, protocol and port of a service.
 *
 * Socket type and protocol imply each other for tcp and udp, so one of the two is enough. A port comes from
 * `port`, from digits in an inetd.conf, or from services(5). xinetd wants every service that is not UNLISTED
 * to stand in services(5); here a `port` is enough. Where services(5) knows the name and gives it another
 * port, the service is refused as in xinetd, since one of the two is a mistake.
 */
import type { Protocol, SocketType } from '../../model/mod.ts';
import type { Definition, Settings } from '../definition.ts';
import type { Findings } from './findings.ts';
import type { System } from './system.ts';
import { systemText } from './text.ts';

/** What a service says about its sockets, with what it implies. */
export interface Kind {
  readonly socketType: SocketType | undefined;
  /** As written, not looked up. */
  readonly protocol: string | undefined;
}

export function kindOf({ socket_type: socketType, protocol, listen }: Settings): Kind {
  if (listen !== undefined) {
    const transport = listen.find((item) => item.transport !== 'unix')?.transport ?? 'unix';
    return { socketType: socketType ?? (transport === 'udp' ? 'dgram' : 'stream'), protocol: transport };
  }
  return {
    socketType: socketType ?? (protocol === 'tcp' ? 'stream' : protocol === 'udp' ? 'dgram' : undefined),
    protocol: protocol ?? (socketType === 'stream' ? 'tcp' : socketType === 'dgram' ? 'udp' : undefined),
  };
}

export interface Transport {
  readonly socketType: SocketType;
  readonly protocol: Protocol;
}

export function resolveTransport(kind: Kind, system: System, findings: Findings): Transport | undefined {
  const { socketType } = kind;
  if (socketType === undefined || kind.protocol === undefined) return undefined;
  const name = systemText(kind.protocol, 'protocol', findings);
  if (name === undefined) return undefined;
  const protocol = system.protocol(name);
  if (protocol === undefined) {
    return findings.add('unknown-protocol', 'protocol', `there is no protocol '${kind.protocol}'`, 'write tcp or udp');
  }
  const fitting = protocol.name === 'tcp' ? 'stream' : protocol.name === 'udp' ? 'dgram' : undefined;
  if (fitting === undefined || socketType === 'raw' || socketType === 'seqpacket') {
    return findings.add(
      'unserved-socket',
      fitting === undefined ? 'protocol' : 'socket_type',
      `${socketType} sockets of ${protocol.name} are not served`,
      'tcp and udp are',
    );
  }
  if (fitting !== socketType) {
    return findings.add(
      'protocol-mismatch',
      'protocol',
      `${protocol.name} sockets are ${fitting}, not ${socketType}`,
      `write socket_type = ${fitting}, or leave protocol off`,
    );
  }
  return { socketType, protocol };
}

export function resolvePort(
  definition: Definition,
  protocol: Protocol,
  system: System,
  findings: Findings,
): number | undefined {
  const { settings, dialect, inetd } = definition;
  // Clients of an RPC service ask the portmapper for its port, so any will do.
  if (settings.type?.has('RPC') === true) return settings.port ?? 0;
  const unlisted = settings.type?.has('UNLISTED') === true;
  const name = systemText(inetd?.service ?? definition.name, 'port', findings);
  const listed = unlisted || name === undefined ? undefined : system.service(name, protocol.name);
  if (settings.port === undefined) {
    // An UNLISTED service without a port lacks an attribute; see required.ts.
    if (listed !== undefined || unlisted || name === undefined) return listed;
    const help =
      dialect === 'xinetd'
        ? `write port = N, or give /etc/services a line '${name} N/${protocol.name}'`
        : 'write the number of the port in place of the name';
    return findings.add(
      'unknown-port',
      undefined,
      `services(5) has no service '${definition.name}' for ${protocol.name}, so its port is not known`,
      help,
    );
  }
  if (listed !== undefined && listed !== settings.port && dialect === 'xinetd') {
    return findings.add(
      'port-disagrees',
      'port',
      `services(5) gives ${definition.name}/${protocol.name} the port ${listed}, not ${settings.port}`,
      'write type = UNLISTED to use another port than the listed one, or leave port off',
    );
  }
  return settings.port;
}
