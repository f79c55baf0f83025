/**
 * A daemon in the foreground: messages and service lines go to stderr (service lines to where the configuration says, if
 * it says), Ctrl-C stops it. What `kinetd run` and `kinetd serve` have in common.
 */
import type { ServiceTable } from '../config/mod.ts';
import {
  type Daemon,
  type ServeOptions,
  type ServiceLogOptions,
  ServiceLogs,
  serve,
  syslogTransport,
  systemHostsPaths,
  systemResolver,
} from '../daemon/mod.ts';
import { type DaemonLevel, LevelledLog, StreamSink, terminalDaemonLog } from '../log/mod.ts';
import { asDescriptor, loadAverage, openLog, Pulse, writerWithoutWaiting } from '../os/mod.ts';
import { takeSupervisorFacts } from '../supervisor/mod.ts';
import { defaultDumpFile } from './dump-file.ts';
import { version } from './version.ts';

/** Shows whole lines to whoever sits before it. */
export type Show = (lines: string) => void;

export interface ForegroundOptions
  extends Pick<
    ServeOptions,
    'load' | 'control' | 'stayAlive' | 'byHand' | 'pidFile' | 'processLimit' | 'graceSeconds' | 'endDropped'
  > {
  /** Tells the diagnostics of a table; `show` takes whole lines, and keeps nobody waiting for who reads them. */
  readonly report: (table: ServiceTable, show: Show) => void;
  /** Called once, when the services are open. */
  readonly onStarted: (daemon: Daemon, show: Show) => void;
  /** The least important messages that are shown. */
  readonly level: DaemonLevel;
  /** What is shown of services that say nothing about it. */
  readonly shown: ServiceLogOptions['terminalFlags'];
  /** undefined: the usual place. */
  readonly dumpFile: string | undefined;
  /** What the dump calls the configuration. */
  readonly sources: readonly string[];
}

/** @returns the exit status */
export function serveForeground(foreground: ForegroundOptions): Promise<number> {
  const { level, shown, dumpFile, sources, report, onStarted, ...options } = foreground;
  const clock = Date.now;
  const pulse = new Pulse();
  const terminal = new StreamSink(writerWithoutWaiting(asDescriptor(2)), 'kinetd');
  const show = (lines: string): void => terminal.show(lines);
  const log = new LevelledLog(terminalDaemonLog(terminal, 'kinetd', true), level);
  const syslog = syslogTransport();
  // Before the configuration looks at the environment, which servers inherit.
  const supervisor = takeSupervisorFacts(process.env, process.pid);
  return serve({
    ...options,
    report: (table) => report(table, show),
    onStarted: (daemon) => onStarted(daemon, show),
    clock,
    pulse,
    log,
    logs: new ServiceLogs({
      syslog,
      ident: 'kinetd',
      terminal,
      terminalFlags: shown,
      clock,
      later: (job) => pulse.next(job),
      openFile: openLog,
      daemonLog: log,
    }),
    loadAverage,
    resolver: systemResolver,
    hostsPaths: systemHostsPaths,
    supervisor,
    mainPid: undefined,
    dump: { file: dumpFile ?? defaultDumpFile(), title: `kinetd ${version()}`, paths: sources },
    checkSeconds: undefined,
  });
}
