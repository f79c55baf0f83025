/**
 * Tells a supervisor how the daemon is, in the protocol of sd_notify(3): datagrams of `NAME=VALUE` lines to a Unix
 * socket. Without such a socket every call does nothing.
 *
 * Nothing here waits: what the supervisor does not take at once is not sent, which is logged once. The socket stays
 * connected, so that a daemon without free descriptors still gives its signs of life.
 */
import { closeDescriptor, connectUnixDatagram, type Descriptor, SystemError, sendDatagram } from '../os/mod.ts';
import type { SupervisorFacts } from './environment.ts';

/** Of Node's timers, which end at once what is longer. */
const longestMilliseconds = 2 ** 31 - 1;

export class Notifier {
  readonly #facts: SupervisorFacts;
  readonly #mainPid: number | undefined;
  readonly #complain: (message: string) => void;
  #socket: Descriptor | undefined;
  #watchdog: NodeJS.Timeout | undefined;
  #complained = false;

  /** @param mainPid set when the supervisor has started another process than this one (MAINPID=) */
  constructor(facts: SupervisorFacts, mainPid: number | undefined, complain: (message: string) => void) {
    this.#facts = facts;
    this.#mainPid = mainPid;
    this.#complain = complain;
    for (const complaint of facts.complaints) complain(complaint);
  }

  /** The services are open, or a reload has come to its end, whichever way. From the first time on, signs of life are given. */
  ready(status: string): void {
    const mainPid = this.#mainPid === undefined ? [] : [`MAINPID=${this.#mainPid}`];
    this.#send('READY=1', ...mainPid, `STATUS=${status}`);
    const { watchdogMilliseconds } = this.#facts;
    if (watchdogMilliseconds === undefined || this.#watchdog !== undefined) return;
    const half = Math.min(watchdogMilliseconds / 2, longestMilliseconds);
    this.#watchdog = setInterval(() => this.#send('WATCHDOG=1'), half).unref();
  }

  /** A reload begins; {@link ready} ends it. The time is that of CLOCK_MONOTONIC, as Type=notify-reload wants it. */
  reloading(): void {
    this.#send('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`, 'STATUS=reading the configuration');
  }

  /** The daemon ends. Signs of life go on until it has. */
  stopping(): void {
    this.#send('STOPPING=1', 'STATUS=stopping');
  }

  #send(...lines: readonly string[]): void {
    const address = this.#facts.notifySocket;
    if (address === undefined) return;
    const datagram = Buffer.from(`${lines.join('\n')}\n`);
    const wasConnected = this.#socket !== undefined;
    let trouble = this.#attempt(address, datagram);
    // A supervisor that has been replaced listens at the same place with another socket.
    if (trouble !== undefined && wasConnected) trouble = this.#attempt(address, datagram);
    if (trouble === undefined || this.#complained) return;
    this.#complained = true;
    this.#complain(
      `the supervisor at ${address} cannot be told ${lines[0]}: ${trouble}; further failures are not logged`,
    );
  }

  /** @returns why it was not sent */
  #attempt(address: string, datagram: Buffer): string | undefined {
    try {
      this.#socket ??= connectUnixDatagram(address);
      return sendDatagram(this.#socket, datagram) === 'sent' ? undefined : 'it does not read';
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      if (this.#socket !== undefined) closeDescriptor(this.#socket);
      this.#socket = undefined;
      return error.message;
    }
  }
}
