/**
 * Clients that are refused: what the service's log says, and the daemon's own where that is not all; and that who has
 * touched a sensor is refused by every service from now on.
 */
import type { DeniedClients } from '../access/mod.ts';
import type { Clock, DaemonLevel, DaemonLog } from '../log/mod.ts';
import type { Decision, Peer, Service, ServiceRecord, SyslogLevel } from '../model/mod.ts';
import { shownAddress } from './privacy.ts';
import { RefusalLines } from './refusal-lines.ts';
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
  readonly #denied: DeniedClients;
  readonly #record: (record: ServiceRecord) => void;
  /** For the daemon's log. */
  #lines: RefusalLines<string> | undefined;
  #last: { readonly sender: string; readonly time: number } | undefined;

  constructor(
    { log, clock, denied }: { readonly log: DaemonLog; readonly clock: Clock; readonly denied: DeniedClients },
    record: (record: ServiceRecord) => void,
  ) {
    this.#log = log;
    this.#clock = clock;
    this.#denied = denied;
    this.#record = record;
  }

  tell(service: Service, refusal: Refusal, from: string | undefined): void {
    const kept = from === undefined ? undefined : shownAddress(service.logging.addressPrivacy, from);
    const told = refusalMessage(service, refusal, kept);
    if (told !== undefined && this.#hasLine(service, refusal, from)) this.#log.write(told.level, told.message);
    this.#record({ event: 'fail', reason: refusal.reason, from });
    const minutes = refusal.verdict === 'deny' ? (refusal.denyMinutes ?? 0) : 0;
    if (minutes !== 0 && from !== undefined) this.#denyEverywhere(from, kept ?? from, minutes);
  }

  #hasLine({ id }: Service, { reason }: Refusal, from: string | undefined): boolean {
    this.#lines ??= new RefusalLines(this.#clock, (why, clients) => {
      this.#log.write('NOTICE', `service ${id}: ${clients} more clients were refused (${why})`);
    });
    return this.#lines.has(reason, from);
  }

  /** What is still to be told. */
  close(): void {
    this.#lines?.close();
  }

  /** xinetd's words; for ever is -1 minutes in its logs. */
  #denyEverywhere(address: string, kept: string, minutes: number | 'FOREVER'): void {
    this.#denied.add(address, minutes, this.#clock());
    const number = minutes === 'FOREVER' ? -1 : minutes;
    this.#log.write('CRITICAL', `Adding ${kept} to the global_no_access list for ${number} minutes`);
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
