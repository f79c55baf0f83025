/** What the daemon's own log says about a client that is refused, where the line of the service's log is not all. */
import type { DaemonLevel } from '../log/mod.ts';
import type { Decision, Service, SyslogLevel } from '../model/mod.ts';

/** A client that is not served now: also one whose name would have to be waited for, when nobody can wait. */
export type Refusal = Exclude<Decision, { verdict: 'allow' }>;

/** @returns xinetd's words for a load that is too high, and for a rule of hosts.allow or hosts.deny */
export function refusalMessage(
  { id, access }: Service,
  refusal: Refusal,
  from: string | undefined,
): { readonly level: DaemonLevel; readonly message: string } | undefined {
  const address = from ?? 'an unknown address';
  if (refusal.reason === 'load') {
    return { level: 'ERROR', message: `refused connect from ${address} due to excessive load` };
  }
  if (refusal.reason !== 'libwrap') return undefined;
  const severity = refusal.verdict === 'deny' ? refusal.severity : undefined;
  return {
    level: severity === undefined ? 'INFO' : levels[severity],
    message: `libwrap refused connection to ${id} (libwrap=${access.hostsName}) from ${address}`,
  };
}

const levels: Readonly<Record<SyslogLevel, DaemonLevel>> = {
  emerg: 'CRITICAL',
  alert: 'CRITICAL',
  crit: 'CRITICAL',
  err: 'ERROR',
  warning: 'WARNING',
  notice: 'NOTICE',
  info: 'INFO',
  debug: 'DEBUG',
};
