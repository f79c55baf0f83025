/**
 * Resource limits of a server, in the order in which xinetd sets them: soft and hard alike.
 *
 * RLIMIT_NOFILE is always set: to `rlimit_files`, else to the daemon's hard limit at its start, or 4096 where
 * that is infinite. The others are set only where the service says so; 0 is "not set".
 *
 * xinetd sets limits as the service's user and ignores failures, so a limit above the daemon's own silently
 * has no effect. Here the value is brought down to the daemon's hard limit, with a note. A server that runs
 * as root may raise limits where the kernel lets root do so.
 */
import type { LimitName, ResourceLimit } from '../../model/mod.ts';
import type { Bound, Definition } from '../definition.ts';
import type { Findings } from './findings.ts';
import type { System } from './system.ts';

const attributes = [
  ['nofile', 'rlimit_files'],
  ['as', 'rlimit_as'],
  ['cpu', 'rlimit_cpu'],
  ['data', 'rlimit_data'],
  ['rss', 'rlimit_rss'],
  ['stack', 'rlimit_stack'],
] as const;

/** xinetd's number of descriptors where the daemon's own limit is infinite. */
const descriptorsWithoutLimit = 4096;

/** @param uid what the server runs as */
export function resolveLimits(
  definition: Definition,
  uid: number,
  system: System,
  findings: Findings,
): readonly ResourceLimit[] {
  const limits: ResourceLimit[] = [];
  for (const [name, attribute] of attributes) {
    const bound = definition.settings[attribute];
    if (bound === undefined || bound === 0) continue;
    limits.push({ name, value: possible(name, attribute, bound, uid, system, findings) });
  }
  if (limits[0]?.name === 'nofile') return limits;
  const hard = system.hardLimits.nofile;
  return [{ name: 'nofile', value: Number.isFinite(hard) ? hard : descriptorsWithoutLimit }, ...limits];
}

function possible(
  name: LimitName,
  attribute: (typeof attributes)[number][1],
  bound: Bound,
  uid: number,
  system: System,
  findings: Findings,
): number {
  const hard = system.hardLimits[name];
  const wanted = bound === 'UNLIMITED' ? Number.POSITIVE_INFINITY : bound;
  // The kernel gives nobody an infinite number of descriptors (fs.nr_open).
  const raisable = uid === 0 && system.mayRaiseLimits && !(name === 'nofile' && bound === 'UNLIMITED');
  if (wanted <= hard || raisable) return wanted;
  findings.add(
    'limit-clamped',
    attribute,
    `${attribute} is above the daemon's own limit, so it is ${hard} here`,
    'raise the limit where the daemon is started',
  );
  return hard;
}
