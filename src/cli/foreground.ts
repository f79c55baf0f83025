/**
 * A daemon in the foreground: messages and service lines go to stderr (service lines to where the configuration says, if
 * it says), Ctrl-C stops it. What `kinetd run` and `kinetd serve` have in common.
 */
import {
  type ServeOptions,
  type ServiceLogOptions,
  ServiceLogs,
  serve,
  syslogTransport,
  systemHostsPaths,
  systemResolver,
} from '../daemon/mod.ts';
import { type DaemonLevel, LevelledLog, StreamSink, terminalDaemonLog } from '../log/mod.ts';
import { asDescriptor, loadAverage, openLog, Pulse } from '../os/mod.ts';
import { takeSupervisorFacts } from '../supervisor/mod.ts';
import { defaultDumpFile } from './dump-file.ts';
import { version } from './version.ts';

export interface ForegroundOptions
  extends Pick<
    ServeOptions,
    | 'load'
    | 'report'
    | 'onStarted'
    | 'control'
    | 'stayAlive'
    | 'byHand'
    | 'pidFile'
    | 'processLimit'
    | 'graceSeconds'
    | 'endDropped'
  > {
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
export function serveForeground({ level, shown, dumpFile, sources, ...options }: ForegroundOptions): Promise<number> {
  const clock = Date.now;
  const pulse = new Pulse();
  const log = new LevelledLog(terminalDaemonLog(asDescriptor(2), 'kinetd', true), level);
  const syslog = syslogTransport();
  // Before the configuration looks at the environment, which servers inherit.
  const supervisor = takeSupervisorFacts(process.env, process.pid);
  return serve({
    ...options,
    clock,
    pulse,
    log,
    logs: new ServiceLogs({
      syslog,
      ident: 'kinetd',
      terminal: new StreamSink(asDescriptor(2), () => ''),
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
