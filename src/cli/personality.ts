/**
 * What the personalities xinetd and inetd have in common: a daemon that detaches, logs to syslog or a file, and
 * reads fixed places. Their command lines become a {@link PersonalityRun}; this runs it.
 */
import { resolve } from 'node:path';

import { type Daemon, ServiceLogs, serve, syslogTransport, systemHostsPaths, systemResolver } from '../daemon/mod.ts';
import {
  type DaemonLog,
  fileDaemonLog,
  LevelledLog,
  StreamSink,
  syslogDaemonLog,
  terminalDaemonLog,
} from '../log/mod.ts';
import type { SyslogFacility } from '../model/mod.ts';
import { asDescriptor, loadAverage, openLog, Pulse, writerWithoutWaiting } from '../os/mod.ts';
import { takeSupervisorFacts } from '../supervisor/mod.ts';
import { type InetdOptions, loader } from './configuration.ts';
import { controlAddress } from './control-address.ts';
import { detach, reportReady, takeDetachedMarker } from './detach.ts';
import { logDiagnostics, printDiagnostics } from './report.ts';
import { version } from './version.ts';

export interface PersonalityRun {
  /** How it is called in logs. */
  readonly ident: string;
  readonly paths: readonly string[];
  /** A relative path means what it means when the command is given, like that of the pid file. */
  readonly log:
    | { readonly kind: 'terminal' }
    | { readonly kind: 'syslog'; readonly facility: SyslogFacility }
    | { readonly kind: 'file'; readonly path: string };
  readonly debug: boolean;
  readonly detach: boolean;
  readonly stayAlive: boolean;
  readonly pidFile: string | undefined;
  /** Where SIGUSR1 writes the state dump; undefined: there is no place for it. */
  readonly dumpFile: string | undefined;
  /** Seconds between two checks of the daemon's own state; undefined: none. */
  readonly checkSeconds: number | undefined;
  /** A path of the control socket, `default` or `none`. */
  readonly control: string;
  readonly processLimit: number | undefined;
  /** About the command line. */
  readonly warnings: readonly string[];
  readonly inetd: InetdOptions;
}

/** xinetd gives internal servers a few seconds; here every server gets them. */
const graceSeconds = 5;

/** @returns the exit status */
export async function runPersonality(run: PersonalityRun): Promise<number> {
  const detached = takeDetachedMarker(process.env);
  if (run.detach && !detached) return detach();
  process.title = run.ident;
  const control = controlAddress(run.control);
  const clock = Date.now;
  const syslog = syslogTransport();
  const terminal =
    run.log.kind === 'terminal' ? new StreamSink(writerWithoutWaiting(asDescriptor(2)), run.ident) : undefined;
  let log: DaemonLog;
  try {
    // xinetd leaves nothing out; `kinetd loglevel` can.
    log = new LevelledLog(openDaemonLog(run, terminal, syslog), 'DEBUG');
  } catch (error) {
    process.stderr.write(
      `${run.ident}: cannot open the log: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return 1;
  }
  for (const warning of run.warnings) {
    log.write('WARNING', warning);
    if (run.log.kind !== 'terminal') process.stderr.write(`${run.ident}: warning: ${warning}\n`);
  }
  const pulse = new Pulse();
  let started = false;
  // Before the configuration looks at the environment, which servers inherit.
  const supervisor = takeSupervisorFacts(process.env, process.pid);
  return serve({
    clock,
    pulse,
    log,
    logs: new ServiceLogs({
      syslog,
      ident: run.ident,
      terminal,
      clock,
      later: (job) => pulse.next(job),
      openFile: openLog,
      daemonLog: log,
    }),
    load: loader(run.paths, run.inetd),
    loadAverage,
    resolver: systemResolver,
    hostsPaths: systemHostsPaths,
    processLimit: run.processLimit,
    graceSeconds,
    endDropped: false,
    supervisor,
    control,
    mainPid: detached ? process.pid : undefined,
    stayAlive: run.stayAlive,
    byHand: false,
    pidFile: run.pidFile === undefined ? undefined : resolve(run.pidFile),
    dump: {
      file: run.dumpFile === undefined ? undefined : resolve(run.dumpFile),
      title: `kinetd ${version()}`,
      paths: run.paths,
    },
    checkSeconds: run.checkSeconds,
    report(table) {
      logDiagnostics(table, log);
      if (!started && run.log.kind !== 'terminal') printDiagnostics(table, false);
    },
    onStarted(_daemon: Daemon) {
      started = true;
      process.chdir('/');
      if (detached) reportReady();
    },
  });
}

/** @param terminal there exactly when it is the log */
function openDaemonLog(
  { log, ident, debug }: PersonalityRun,
  terminal: StreamSink | undefined,
  syslog: ReturnType<typeof syslogTransport>,
): DaemonLog {
  if (terminal !== undefined) return terminalDaemonLog(terminal, ident, debug);
  if (log.kind === 'file') return fileDaemonLog(resolve(log.path), ident, Date.now, openLog);
  return syslogDaemonLog(syslog, ident, log.kind === 'syslog' ? log.facility : 'daemon', Date.now);
}
