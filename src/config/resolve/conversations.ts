/**
 * Datagram services with `wait = no`: a server, with a socket of its own, for each sender. BusyBox's inetd has them;
 * under the others, and under xinetd, the server is started over and over for one datagram.
 */
import type { Service } from '../../model/mod.ts';
import type { Settings } from '../definition.ts';
import type { Findings } from './findings.ts';
import type { System } from './system.ts';
import type { Kind } from './transport.ts';

/** Senders can be forged, and a server that waits for a second datagram of such a one waits for ever. */
export const mostConversations = 100;

export function servesEachSender({ type, flags, wait }: Settings, { socketType }: Kind): boolean {
  return socketType === 'dgram' && wait === false && type?.has('INTERNAL') !== true && flags?.has('SENSOR') !== true;
}

export function checkConversations(
  { protocol, endpoints }: Pick<Service, 'protocol' | 'endpoints'>,
  system: System,
  findings: Findings,
): void {
  if (protocol.name !== 'udp' || endpoints.some(({ family }) => family === 'unix')) {
    findings.add(
      'datagram-needs-wait',
      'wait',
      'senders to a Unix socket seldom have an address, so they can not have a socket each',
      'write wait = yes (in inetd.conf: wait)',
    );
    return;
  }
  if (system.uid === 0) return;
  findings.add(
    'needs-root',
    'wait',
    'only root can give each sender of datagrams a socket of its own',
    'start kinetd as root, or write wait = yes (in inetd.conf: wait)',
  );
}
