/**
 * Services that are reached through tcpmux and have no port of their own (types TCPMUX and TCPMUXPLUS). As in xinetd
 * they have to be UNLISTED and of TCP. Only services of these types can be reached through tcpmux (CVE-2012-0862).
 */
import type { Service } from '../../model/mod.ts';
import type { Definition } from '../definition.ts';
import type { Findings } from './findings.ts';
import type { Kind } from './transport.ts';

export function resolveBehindTcpmux(
  { settings, dialect }: Definition,
  kind: Kind,
  findings: Findings,
): Service['behindTcpmux'] {
  const { type } = settings;
  const plus = type?.has('TCPMUXPLUS') === true;
  if (!plus && type?.has('TCPMUX') !== true) return undefined;
  const word = plus ? 'TCPMUXPLUS' : 'TCPMUX';
  if (dialect === 'xinetd' && type?.has('UNLISTED') !== true) {
    findings.add('bad-tcpmux', 'type', `${word} goes with UNLISTED`, `write type = ${word} UNLISTED`);
  }
  if (kind.protocol !== undefined && kind.protocol !== 'tcp') {
    findings.add('bad-tcpmux', 'protocol', `a service behind tcpmux is one of tcp`, 'write protocol = tcp');
  }
  if (settings.wait === true) {
    findings.add('bad-tcpmux', 'wait', 'a service behind tcpmux cannot wait: it has no socket', 'write wait = no');
  }
  return { greeting: plus ? 'tcpmux' : 'server' };
}
