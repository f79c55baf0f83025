/** Facts become lines, and lines go to sinks. */

export type { DaemonLevel } from './daemon-level.ts';
export {
  type DaemonLog,
  fileDaemonLog,
  jsonDaemonLog,
  messageLine,
  messageObject,
  syslogDaemonLog,
  terminalDaemonLog,
} from './daemon-log.ts';
export { FileSink } from './file-sink.ts';
export { jsonLine } from './json.ts';
export { isAtLeast, LevelledLog, type MessageOnlooker } from './levelled.ts';
export { printable } from './printable.ts';
export { serviceLine } from './service-line.ts';
export { type ServiceObject, serviceObject } from './service-object.ts';
export type { Clock, Later, OpenFile, Sink } from './sink.ts';
export { StreamSink } from './stream-sink.ts';
export { SyslogSink, type SyslogTransport } from './syslog-sink.ts';
export { journalDatagram, type SystemLogEntry, syslogDatagram } from './system-log-entry.ts';
