/**
 * Internal services: the name of the service (not its id) and its socket type select which one, as in xinetd and the
 * inetds. Nothing is launched for them, so that what only a program needs is not asked for: they run as the worker's
 * account, whatever `user` says.
 */
import { type BuiltinPlan, builtinNames } from '../../model/mod.ts';
import type { Definition } from '../definition.ts';
import type { Findings } from './findings.ts';

export function resolveBuiltin({ name, inetd }: Definition, findings: Findings): BuiltinPlan | undefined {
  const wanted = inetd?.service ?? name;
  const builtin = builtinNames.find((known) => known === wanted);
  if (builtin === undefined) {
    return findings.add(
      'no-such-internal-service',
      'type',
      `there is no internal service '${wanted}'`,
      `those there are: ${builtinNames.join(', ')}`,
    );
  }
  return { kind: 'builtin', name: builtin };
}
