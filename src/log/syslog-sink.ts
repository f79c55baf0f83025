/**
 * syslog(3)'s protocol over the local datagram socket: `<priority>time ident[pid]: text` (RFC 3164, local form
 * without a host name). Ident is `xinetd` or whatever the personality is called.
 *
 * The socket is somebody else's: it may be missing, full, or replaced when the syslog daemon restarts. Sending
 * never waits; a message that cannot be sent is counted, and the count is sent along as soon as something can be.
 */
import type { SyslogFacility, SyslogLevel } from '../model/mod.ts';
import { printable } from './printable.ts';
import type { Clock, Sink } from './sink.ts';
import { oncePerSecond, syslogTime } from './time.ts';

/** Sends one datagram to the system's log without waiting; false when it could not be sent. */
export type SyslogTransport = (datagram: Buffer) => boolean;

const facilities: Readonly<Record<SyslogFacility, number>> = {
  user: 1,
  mail: 2,
  daemon: 3,
  auth: 4,
  lpr: 6,
  news: 7,
  uucp: 8,
  authpriv: 10,
  ftp: 11,
  local0: 16,
  local1: 17,
  local2: 18,
  local3: 19,
  local4: 20,
  local5: 21,
  local6: 22,
  local7: 23,
};
const levels: Readonly<Record<SyslogLevel, number>> = {
  emerg: 0,
  alert: 1,
  crit: 2,
  err: 3,
  warning: 4,
  notice: 5,
  info: 6,
  debug: 7,
};

/** The most that is sent of one message; xinetd cuts there too. */
const longest = 1024;

export class SyslogSink implements Sink {
  readonly #send: SyslogTransport;
  readonly #prefix: number;
  readonly #tag: string;
  readonly #clock: Clock;
  readonly #time: (milliseconds: number) => string = oncePerSecond(syslogTime);
  #level: SyslogLevel;
  #lost = 0;

  constructor(send: SyslogTransport, ident: string, facility: SyslogFacility, level: SyslogLevel, clock: Clock) {
    this.#send = send;
    this.#prefix = facilities[facility] * 8;
    this.#tag = `${ident}[${process.pid}]: `;
    this.#level = level;
    this.#clock = clock;
  }

  write(line: string): void {
    this.writeAt(this.#level, line);
  }

  /** The daemon's own messages have a level each. */
  writeAt(level: SyslogLevel, line: string): void {
    if (this.#lost > 0) {
      if (!this.#deliver('warning', `${this.#lost} messages could not be sent to syslog`)) {
        this.#lost++;
        return;
      }
      this.#lost = 0;
    }
    if (!this.#deliver(level, line)) this.#lost++;
  }

  reopen(): void {
    // The transport connects anew by itself whenever the socket has gone.
  }

  close(): void {
    // The transport is shared by all sinks and outlives them.
  }

  #deliver(level: SyslogLevel, line: string): boolean {
    const head = `<${this.#prefix + levels[level]}>${this.#time(this.#clock())} ${this.#tag}`;
    return this.#send(Buffer.from(head + printable(line).slice(0, longest)));
  }
}
