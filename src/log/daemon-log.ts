/**
 * The daemon's own messages (`Started working: 3 available services`), each with a level. Three forms: syslog
 * at the message's level, xinetd's `-filelog` line, and the plain foreground form for people.
 */
import { closeSync, writeSync } from 'node:fs';

import type { SyslogFacility, SyslogLevel } from '../model/mod.ts';
import type { DaemonLevel } from './daemon-level.ts';
import { jsonLine } from './json.ts';
import { printable } from './printable.ts';
import type { Clock, OpenFile, Sink } from './sink.ts';
import { SyslogSink, type SyslogTransport } from './syslog-sink.ts';
import { oncePerSecond, xinetdTime } from './time.ts';

export interface DaemonLog {
  write(level: DaemonLevel, message: string): void;
  /** Opens a file log anew, for log rotation; xinetd forgets to. */
  reopen(): void;
}

const syslogLevels: Readonly<Record<DaemonLevel, SyslogLevel>> = {
  CRITICAL: 'crit',
  ERROR: 'err',
  WARNING: 'warning',
  NOTICE: 'notice',
  INFO: 'info',
  DEBUG: 'debug',
};

/** To syslog, facility `daemon` unless told otherwise. */
export function syslogDaemonLog(
  send: SyslogTransport,
  ident: string,
  facility: SyslogFacility,
  clock: Clock,
): DaemonLog {
  const sink = new SyslogSink(send, ident, facility, 'info', clock);
  return {
    write: (level, message) => sink.writeAt(syslogLevels[level], message, () => ({ event: 'message' })),
    reopen: () => sink.reopen(),
  };
}

/**
 * `YY/M/D@HH:MM:SS ident[PID]: LEVEL: text`, appended to a file. DEBUG is written too, as xinetd does.
 * @throws SystemError of open(2)
 */
export function fileDaemonLog(path: string, ident: string, clock: Clock, openFile: OpenFile): DaemonLog {
  const time = oncePerSecond(xinetdTime);
  let descriptor = openFile(path);
  let lost = 0;
  const put = (level: DaemonLevel, message: string): boolean => {
    try {
      writeSync(descriptor, `${time(clock())} ${ident}[${process.pid}]: ${level}: ${printable(message)}\n`);
      return true;
    } catch {
      // A full disk: this log was where it would be said, so it is said here when there is room again.
      return false;
    }
  };
  return {
    write(level, message) {
      if (lost > 0 && put('WARNING', `${lost} messages could not be written to ${path}`)) lost = 0;
      if (!put(level, message)) lost++;
    },
    reopen() {
      const fresh = openFile(path);
      const stale = descriptor;
      descriptor = fresh;
      closeSync(stale); // which may fail, but closes all the same
    },
  };
}

/** A message as an object, with keys like those of service lines: docs/logging.md. */
export function messageObject(level: DaemonLevel, text: string, milliseconds: number): object {
  return { time: new Date(milliseconds).toISOString(), event: 'message', level: level.toLowerCase(), text };
}

/** A message as it stands on a terminal. */
export function messageLine(level: DaemonLevel, message: string): string {
  return level === 'INFO' || level === 'NOTICE' ? message : `${level.toLowerCase()}: ${message}`;
}

/** An object of JSON for each message, among those of service lines, with keys like theirs: docs/logging.md. */
export function jsonDaemonLog(terminal: Sink, clock: Clock): DaemonLog {
  return {
    write(level, text) {
      terminal.write(jsonLine(messageObject(level, text, clock())));
    },
    reopen: () => terminal.reopen(),
  };
}

/** `kinetd: text` among the other lines of a terminal; DEBUG only when asked for. */
export function terminalDaemonLog(terminal: Sink, ident: string, debug: boolean): DaemonLog {
  return {
    write(level, message) {
      if (level === 'DEBUG' && !debug) return;
      terminal.write(`${ident}: ${messageLine(level, message)}`);
    },
    reopen: () => terminal.reopen(),
  };
}
