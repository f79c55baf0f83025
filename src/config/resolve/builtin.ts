/**
 * Internal services: the name of the service (not its id) selects which one, as in xinetd and the inetds; on a Unix socket
 * of an inetd.conf it is the last component of its path, as for FreeBSD's inetd. Nothing is
 * launched for them, so that what only a program needs is not asked for: they run as the worker's account, whatever
 * `user` says.
 */
import { builtinNames, type ServerPlan, type SocketType } from '../../model/mod.ts';
import type { Definition } from '../definition.ts';
import { resolveAuth } from './auth.ts';
import type { Findings } from './findings.ts';
import type { Kind } from './transport.ts';

type InternalPlan = Exclude<ServerPlan, { readonly kind: 'program' }>;

const plans: Readonly<Record<string, { readonly plan: InternalPlan; readonly types: readonly SocketType[] }>> = {
  ...Object.fromEntries(
    builtinNames.map((name) => [name, { plan: { kind: 'builtin', name }, types: ['stream', 'dgram'] }] as const),
  ),
  services: { plan: { kind: 'listing', name: 'services' }, types: ['stream'] },
  servers: { plan: { kind: 'listing', name: 'servers' }, types: ['stream'] },
  tcpmux: { plan: { kind: 'tcpmux' }, types: ['stream'] },
  metrics: { plan: { kind: 'metrics' }, types: ['stream'] },
};

export function resolveBuiltin(
  definition: Definition,
  { socketType }: Kind,
  findings: Findings,
): InternalPlan | undefined {
  const { name, inetd } = definition;
  const wanted = inetd?.unix === undefined || socketType !== 'stream' ? (inetd?.service ?? name) : baseName(name);
  if (wanted === 'auth' && (socketType === undefined || socketType === 'stream')) {
    const answers = resolveAuth(definition, findings);
    return answers === undefined ? undefined : { kind: 'auth', answers };
  }
  const found = Object.hasOwn(plans, wanted) ? plans[wanted] : undefined;
  if (found !== undefined && (socketType === undefined || found.types.includes(socketType))) return found.plan;
  return findings.add(
    'no-such-internal-service',
    'type',
    `there is no internal service '${wanted}'${found === undefined ? '' : ` over ${socketType} sockets`}`,
    `those there are: ${[...Object.keys(plans), 'auth'].join(', ')}`,
  );
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
