/**
 * One message for the system's log, in the two forms that it can be sent in.
 *
 * syslog(3)'s is text: `<priority>time ident[pid]: text` (RFC 3164, local form without a host name). systemd's journal has
 * a protocol of its own (systemd.journal-fields(7), systemd.io/JOURNAL_NATIVE_PROTOCOL): a line for each field. There
 * what the text says stands in fields besides, named as the keys of `log_format = json`: KINETD_SERVICE, KINETD_EVENT …
 */
import type { SyslogFacility, SyslogLevel } from '../model/mod.ts';
import { printable } from './printable.ts';
import type { Facts } from './sink.ts';
import { oncePerSecond, syslogTime } from './time.ts';

export interface SystemLogEntry {
  readonly facility: SyslogFacility;
  readonly level: SyslogLevel;
  /** Who says it: `kinetd`, or `xinetd` under that personality. */
  readonly ident: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly text: string;
  /** The same as keys and values; of a message that is nothing but text there are none. */
  readonly facts: Facts | undefined;
}

/** The most that is sent of one message to syslog; xinetd cuts there too. */
const longest = 1024;

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

const timeText = oncePerSecond(syslogTime);

export function syslogDatagram({ facility, level, ident, time, text }: SystemLogEntry): Buffer {
  const priority = facilities[facility] * 8 + levels[level];
  const head = `<${priority}>${timeText(time)} ${ident}[${process.pid}]: `;
  return Buffer.from(head + printable(text).slice(0, longest));
}

/** No value has a line break, or it would have to be sent with its length. */
export function journalDatagram({ facility, level, ident, text, facts }: SystemLogEntry): Buffer {
  const fields: [string, unknown][] = [
    ['MESSAGE', text],
    ['PRIORITY', levels[level]],
    ['SYSLOG_FACILITY', facilities[facility]],
    ['SYSLOG_IDENTIFIER', ident],
  ];
  for (const [key, value] of Object.entries(facts?.() ?? {})) {
    // The journal has its own time for each entry, and no null.
    if (key !== 'time' && value !== null && value !== undefined) fields.push([`KINETD_${key.toUpperCase()}`, value]);
  }
  return Buffer.from(fields.map(([name, value]) => `${name}=${printable(String(value))}\n`).join(''));
}
