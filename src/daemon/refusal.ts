/** Clients that are refused: what the service's log says, and the daemon's own where that is not all. */
import type { Clock, DaemonLevel, DaemonLog, ServiceRecord } from '../log/mod.ts';
import type { Decision, Peer, Service, SyslogLevel } from '../model/mod.ts';
import { isRecent } from './repeated-trouble.ts';

/** A client that is not served now: also one whose name would have to be waited for, when nobody can wait. */
export type Refusal = Exclude<Decision, { verdict: 'allow' }>;

/** @returns xinetd's words for a load that is too high, and for a rule of hosts.allow or hosts.deny */
function refusalMessage(
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

/** The refusals of one service, as they are told: a line in its log, and where more is to be said in the daemon's. */
export class Refusals {
  readonly #log: DaemonLog;
  readonly #clock: Clock;
  readonly #record: (record: ServiceRecord) => void;
  #last: { readonly sender: string; readonly time: number } | undefined;

  constructor(
    { log, clock }: { readonly log: DaemonLog; readonly clock: Clock },
    record: (record: ServiceRecord) => void,
  ) {
    this.#log = log;
    this.#clock = clock;
    this.#record = record;
  }

  tell(service: Service, refusal: Refusal, from: string | undefined): void {
    const told = refusalMessage(service, refusal, from);
    if (told !== undefined) this.#log.write(told.level, told.message);
    this.#record({ event: 'fail', reason: refusal.reason, from });
  }

  /** Of a datagram: the same sender again is not told at once, as by xinetd. */
  tellSender(service: Service, refusal: Refusal, peer: Peer | undefined): void {
    const time = this.#clock();
    const sender = `${peer?.address} ${peer?.port}`;
    if (this.#last?.sender === sender && isRecent(this.#last.time, time)) return;
    this.#last = { sender, time };
    this.tell(service, refusal, peer?.address);
  }
}
