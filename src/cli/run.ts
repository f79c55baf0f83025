/**
 * `kinetd run`: the daemon in the foreground. Messages and service lines go to stderr (service lines to where the
 * configuration says, if it says), Ctrl-C stops it.
 */
import { type Daemon, ServiceLogs, serve, syslogTransport, systemHostsPaths, systemResolver } from '../daemon/mod.ts';
import { LevelledLog, StreamSink, terminalDaemonLog } from '../log/mod.ts';
import { asDescriptor, groupByName, loadAverage, openLog, Pulse } from '../os/mod.ts';
import { takeSupervisorFacts } from '../supervisor/mod.ts';
import { chosenPaths, type InetdOptions, loader } from './configuration.ts';
import { controlAddress } from './control-address.ts';
import { defaultDumpFile } from './dump-file.ts';
import { printDiagnostics } from './report.ts';
import { version } from './version.ts';

export interface RunOptions {
  /** Files and directories in their order; empty: the first of the default places that exists. */
  readonly paths: readonly string[];
  readonly debug: boolean;
  readonly stayAlive: boolean;
  readonly pidFile: string | undefined;
  /** undefined: the usual place. */
  readonly dumpFile: string | undefined;
  readonly processLimit: number | undefined;
  readonly graceSeconds: number;
  /** End the servers of services that a reload drops. */
  readonly endDropped: boolean;
  readonly inetd: InetdOptions;
  /** A path of the control socket, `default` or `none`. */
  readonly control: string;
  /** Whose members may control it besides root and the user who runs it. */
  readonly controlGroup: string | undefined;
  /** Called when the services are open, in place of the line for each of them. */
  readonly onStarted?: (daemon: Daemon) => void;
}

/** @returns the exit status */
export async function runForeground(options: RunOptions): Promise<number> {
  const chosen = chosenPaths(options.paths);
  if (chosen.paths.length === 0) {
    process.stderr.write(`kinetd: ${chosen.message}\n`);
    return 1;
  }
  if (chosen.message !== undefined) process.stderr.write(`kinetd: ${chosen.message}\n`);
  const clock = Date.now;
  const pulse = new Pulse();
  const group = options.controlGroup === undefined ? undefined : groupByName(options.controlGroup);
  if (options.controlGroup !== undefined && group === undefined) {
    process.stderr.write(`kinetd: there is no group ${options.controlGroup}\n`);
    return 1;
  }
  const log = new LevelledLog(terminalDaemonLog(asDescriptor(2), 'kinetd', true), options.debug ? 'DEBUG' : 'INFO');
  const syslog = syslogTransport();
  // Before the configuration looks at the environment, which servers inherit.
  const supervisor = takeSupervisorFacts(process.env, process.pid);
  return serve({
    clock,
    pulse,
    log,
    logs: new ServiceLogs({
      syslog,
      ident: 'kinetd',
      terminal: new StreamSink(asDescriptor(2), () => ''),
      clock,
      later: (job) => pulse.next(job),
      openFile: openLog,
      daemonLog: log,
    }),
    load: loader(chosen.paths, options.inetd),
    loadAverage,
    resolver: systemResolver,
    hostsPaths: systemHostsPaths,
    processLimit: options.processLimit,
    graceSeconds: options.graceSeconds,
    endDropped: options.endDropped,
    supervisor,
    control: controlAddress(options.control, group?.gid),
    mainPid: undefined,
    stayAlive: options.stayAlive,
    pidFile: options.pidFile,
    dump: {
      file: options.dumpFile ?? defaultDumpFile(),
      title: `kinetd ${version()}`,
      paths: chosen.paths,
    },
    checkSeconds: undefined,
    report: (table) => printDiagnostics(table, options.debug),
    onStarted: options.onStarted ?? printListeners,
  });
}

/** `echo: tcp 127.0.0.1:7777` or `/run/echo: unix /run/echo` for each socket. */
function printListeners(daemon: Daemon): void {
  for (const { service, listeners } of daemon.services) {
    for (const { endpoint, local } of listeners) {
      if (local === undefined) continue;
      if (endpoint.family === 'unix') {
        process.stderr.write(`${service.id}: unix ${endpoint.address}\n`);
        continue;
      }
      const host = local.address.includes(':') ? `[${local.address}]` : local.address;
      process.stderr.write(`${service.id}: ${service.protocol.name} ${host}:${local.port}\n`);
    }
  }
}
