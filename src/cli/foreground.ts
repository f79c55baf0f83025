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
import { type DaemonLevel, jsonDaemonLog, LevelledLog, StreamSink, terminalDaemonLog } from '../log/mod.ts';
import { asDescriptor, loadAverage, openLog, Pulse, writerWithoutWaiting } from '../os/mod.ts';
import { takeSupervisorFacts } from '../supervisor/mod.ts';
import { defaultDumpFile } from './dump-file.ts';
import { logDiagnostics } from './report.ts';
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
  /** How messages and service lines look; undefined: for people, and as services say. */
  readonly logFormat: 'json' | undefined;
  /** undefined: the usual place. */
  readonly dumpFile: string | undefined;
  /** What the dump calls the configuration. */
  readonly sources: readonly string[];
}

/** @returns the exit status */
export function serveForeground(foreground: ForegroundOptions): Promise<number> {
  const { level, shown, logFormat, dumpFile, sources, report, onStarted, ...options } = foreground;
  const clock = Date.now;
  const pulse = new Pulse();
  const terminal = new StreamSink(writerWithoutWaiting(asDescriptor(2)), 'kinetd');
  const json = logFormat === 'json';
  const log = new LevelledLog(
    json ? jsonDaemonLog(terminal, clock) : terminalDaemonLog(terminal, 'kinetd', true),
    level,
  );
  const show: Show = (lines) => {
    if (!json) terminal.show(lines);
    else for (const line of lines.trimEnd().split('\n')) log.write('INFO', line);
  };
  const syslog = syslogTransport();
  // Before the configuration looks at the environment, which servers inherit.
  const supervisor = takeSupervisorFacts(process.env, process.pid);
  return serve({
    ...options,
    report: (table) => (json ? logDiagnostics(table, log) : report(table, show)),
    onStarted: (daemon) => onStarted(daemon, show),
    clock,
    pulse,
    log,
    logs: new ServiceLogs({
      syslog,
      ident: 'kinetd',
      terminal,
      terminalFlags: shown,
      terminalFormat: logFormat,
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
