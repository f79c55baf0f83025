/**
 * The clients of one service whose admission waits for a name.
 *
 * A connection is kept aside, and everything goes on without it. A datagram cannot be: it is the first of its queue, and
 * the server that is started for it reads the queue itself. So the socket rests for it, a second at most; a sender whose
 * name takes longer loses the datagram, and for a minute nobody else is waited for, since senders can be forged and
 * each of them could hold up the service for as long. Its name is looked up all the same, and known when it sends again.
 */
import type { Listener } from '../listener/mod.ts';
import type { Clock, DaemonLog } from '../log/mod.ts';
import { type Connection, closeDescriptor } from '../os/mod.ts';
import type { Inquiries } from './inquiries.ts';
import type { Ports } from './ports.ts';

const restSeconds = 1;
const impatientSeconds = 60;
/** That too many wait is said once in this time. */
const repeatedTroubleSeconds = 60;

export class NameWait {
  readonly #inquiries: Inquiries;
  readonly #ports: Pick<Ports, 'holdFor' | 'resume'>;
  readonly #clock: Clock;
  readonly #log: DaemonLog;
  #ranOut: number | undefined;
  #saidFull: number | undefined;

  constructor(
    { inquiries, clock, log }: { readonly inquiries: Inquiries; readonly clock: Clock; readonly log: DaemonLog },
    ports: Pick<Ports, 'holdFor' | 'resume'>,
  ) {
    this.#inquiries = inquiries;
    this.#ports = ports;
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * @param again called when the name is known: the connection is to be judged anew
   * @returns false when too many wait already; the connection is still the caller's then
   */
  keep(address: string, connection: Connection, again: () => void): boolean {
    const dismissed = (): void => closeDescriptor(connection.descriptor);
    const kept = this.#inquiries.wait(address, this, { answered: again, dismissed });
    if (!kept) this.#sayFull();
    return kept;
  }

  /** @returns false when the first datagram is not to be waited for */
  rest(address: string, listener: Listener): boolean {
    let answered = false;
    const patient = this.#ranOut === undefined || !within(this.#ranOut, impatientSeconds, this.#clock());
    const waits = this.#inquiries.wait(address, this, {
      answered: () => {
        answered = true;
        if (patient) this.#ports.resume(listener);
      },
      dismissed: () => {},
    });
    if (!waits) this.#sayFull();
    if (!patient || !waits) return false;
    this.#ports.holdFor(listener, restSeconds, () => {
      if (!answered) this.#ranOut = this.#clock();
    });
    return true;
  }

  /**
   * For a client that somebody else keeps.
   * @returns false when too many wait already
   */
  ask(address: string, answered: () => void, dismissed: () => void): boolean {
    const waits = this.#inquiries.wait(address, this, { answered, dismissed });
    if (!waits) this.#sayFull();
    return waits;
  }

  /** Has the name looked up for the next time. */
  find(address: string): void {
    this.#inquiries.wait(address, this, { answered: () => {}, dismissed: () => {} });
  }

  /** Closes all connections that wait. */
  end(): void {
    this.#inquiries.dismiss(this);
  }

  #sayFull(): void {
    const time = this.#clock();
    if (this.#saidFull !== undefined && within(this.#saidFull, repeatedTroubleSeconds, time)) return;
    this.#saidFull = time;
    this.#log.write('ERROR', 'too many clients wait for their names to be looked up; those who come now are refused');
  }
}

/** A clock that was set back makes nothing last longer. */
function within(since: number, seconds: number, now: number): boolean {
  return Math.abs(now - since) < seconds * 1000;
}
