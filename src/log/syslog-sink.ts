/**
 * The system's log: syslog, or systemd's journal where there is one.
 *
 * The socket is somebody else's: it may be missing, full, or replaced when the log's daemon restarts. Sending never
 * waits; a message that cannot be sent is counted, and the count is sent along as soon as something can be.
 */
import type { SyslogFacility, SyslogLevel } from '../model/mod.ts';
import type { Clock, Facts, Sink } from './sink.ts';
import type { SystemLogEntry } from './system-log-entry.ts';

/** Sends one message to the system's log without waiting; false when it could not be sent. */
export type SyslogTransport = (entry: SystemLogEntry) => boolean;

export class SyslogSink implements Sink {
  readonly #send: SyslogTransport;
  readonly #ident: string;
  readonly #facility: SyslogFacility;
  readonly #level: SyslogLevel;
  readonly #clock: Clock;
  #lost = 0;

  constructor(send: SyslogTransport, ident: string, facility: SyslogFacility, level: SyslogLevel, clock: Clock) {
    this.#send = send;
    this.#ident = ident;
    this.#facility = facility;
    this.#level = level;
    this.#clock = clock;
  }

  write(line: string, facts?: Facts): void {
    this.writeAt(this.#level, line, facts);
  }

  /** The daemon's own messages have a level each. */
  writeAt(level: SyslogLevel, line: string, facts?: Facts): void {
    if (this.#lost > 0) {
      if (!this.#deliver('warning', `${this.#lost} messages could not be sent to syslog`, undefined)) {
        this.#lost++;
        return;
      }
      this.#lost = 0;
    }
    if (!this.#deliver(level, line, facts)) this.#lost++;
  }

  reopen(): void {
    // The transport connects anew by itself whenever the socket has gone.
  }

  close(): void {
    // The transport is shared by all sinks and outlives them.
  }

  #deliver(level: SyslogLevel, text: string, facts: Facts | undefined): boolean {
    const time = this.#clock();
    return this.#send({ facility: this.#facility, level, ident: this.#ident, time, text, facts });
  }
}
