/**
 * Runs a daemon from its first configuration to its end: loads, starts, obeys signals, stops. The command lines
 * (kinetd, xinetd, inetd) differ only in what they pass here.
 *
 * | signal              | effect                                                                  |
 * |---------------------|-------------------------------------------------------------------------|
 * | HUP, USR2           | reload; HUP stops a daemon that was started by hand, whose terminal has gone |
 * | TERM, INT           | stop: servers get SIGTERM, then SIGKILL after the grace time; a second one kills at once |
 * | QUIT                | stop and leave the servers running                                      |
 * | USR1                | writes the state dump                                                   |
 * | ABRT (IOT)          | checks whether its own state is consistent                              |
 * | others that end a process and can be caught | ignored, as by xinetd: they must not end a daemon |
 */
import type { ServiceTable } from '../config/mod.ts';
import type { ControlAddress, ControlSocket } from '../control/mod.ts';
import { PassedSockets } from '../listener/mod.ts';
import type { DaemonLog } from '../log/mod.ts';
import { beginStart, raiseDescriptorLimit, type Start } from '../os/mod.ts';
import { Notifier, type SupervisorFacts } from '../supervisor/mod.ts';
import { openControl } from './control-desk.ts';
import { Daemon, type DaemonOptions } from './daemon.ts';
import { Orders, type Reloaded } from './orders.ts';
import { PidFile } from './pid-file.ts';
import { placeOf } from './place.ts';

export interface ServeOptions extends Omit<DaemonOptions, 'passed'> {
  /** Reads the whole configuration anew. Never rejects for what a file holds: see {@link ServiceTable.usable}. */
  readonly load: (start?: Start) => Promise<ServiceTable>;
  /** Tells the diagnostics of a table, at start and on each reload. */
  readonly report: (table: ServiceTable) => void;
  /** Called once, when the services are open. */
  readonly onStarted: (daemon: Daemon, table: ServiceTable) => void;
  /** What who started the daemon has told it. */
  readonly supervisor: SupervisorFacts;
  /** Set when the supervisor has started another process than this one, and has to be told of it. */
  readonly mainPid: number | undefined;
  /** Where it can be controlled besides by signals; undefined: nowhere. */
  readonly control: ControlAddress | undefined;
  /** Whether to go on without a single service. */
  readonly stayAlive: boolean;
  /** Somebody sits before it: each socket has to open, or it ends and says so; and it ends with the terminal. */
  readonly byHand: boolean;
  readonly pidFile: string | undefined;
  /** Seconds between two checks of the daemon's own state; undefined: only when it is asked for. */
  readonly checkSeconds: number | undefined;
}

const ignored = [
  'SIGALRM',
  'SIGCONT',
  'SIGIO',
  'SIGPIPE',
  'SIGPROF',
  'SIGPWR',
  'SIGSTKFLT',
  'SIGSYS',
  'SIGTRAP',
  'SIGTSTP',
  'SIGTTIN',
  'SIGTTOU',
  'SIGURG',
  'SIGVTALRM',
  'SIGWINCH',
  'SIGXCPU',
  'SIGXFSZ',
] as const;

/**
 * @returns the exit status: 0 after an orderly stop, 1 when the configuration cannot be used, the pid file cannot be
 *   written, or there is nothing to serve
 */
export async function serve(options: ServeOptions): Promise<number> {
  const { log } = options;
  const complain = (message: string): void => log.write('WARNING', message);
  const notifier = new Notifier(options.supervisor, options.mainPid, complain);
  const passed = new PassedSockets(options.supervisor.passed, complain);
  // Node has done it already; a connection that waits for its launch needs a descriptor, whatever Node does one day.
  raiseDescriptorLimit();
  for (const signal of ignored) process.on(signal, () => {});
  // Diagnostics go there too, and whoever reads it may go away: as for log lines, that must not end the daemon.
  process.stderr.on('error', () => {});
  process.on('uncaughtExceptionMonitor', (error) => {
    log.write('CRITICAL', `internal error: ${error.stack ?? error.message}. Exiting...`);
  });
  process.on('exit', () => options.logs.close());
  const orders = new Orders(options.byHand ? 'stop' : 'reload');
  const start = beginStart();
  const table = await Promise.race([options.load(start), orders.ended]);
  if (table === 'ended') {
    log.write('WARNING', 'Exiting...');
    return 0;
  }
  options.report(table);
  if (!table.usable) {
    log.write('CRITICAL', "couldn't get configuration. Exiting...");
    return 1;
  }
  let pidFile: PidFile | undefined;
  try {
    pidFile = options.pidFile === undefined ? undefined : new PidFile(options.pidFile);
  } catch (error) {
    log.write('CRITICAL', `pid file ${options.pidFile}: ${messageOf(error)}. Exiting...`);
    return 1;
  }
  const daemon = new Daemon({ ...options, passed });
  let control: ControlSocket | undefined;
  try {
    // Before the log says that it works. Nobody is answered until then.
    if (options.control !== undefined) control = openControl(options.control, daemon, orders, options);
    daemon.start(table);
    const lacking = whatLacks(daemon, options);
    if (lacking !== undefined) {
      log.write('CRITICAL', `${lacking}. Exiting...`);
      await daemon.abandon();
      return 1;
    }
    options.onStarted(daemon, table);
    start.end();
    notifier.ready(statusOf(daemon));
    if (options.checkSeconds !== undefined) every(options.checkSeconds, () => daemon.check('periodic'));
    return await obey(orders, daemon, notifier, options);
  } finally {
    control?.close();
    removePidFile(pidFile, options);
  }
}

/** Why a daemon that has just been started is of no use. */
function whatLacks({ available, services }: Daemon, { stayAlive, byHand }: ServeOptions): string | undefined {
  const closed = services.flatMap(({ listeners }) => listeners.filter(({ local }) => local === undefined));
  if (byHand && closed.length > 0)
    return `cannot listen on ${closed.map(({ endpoint }) => placeOf(endpoint)).join(', ')}`;
  return !stayAlive && available === 0 ? 'no services' : undefined;
}

async function obey(orders: Orders, daemon: Daemon, notifier: Notifier, options: ServeOptions): Promise<number> {
  const { log } = options;
  for (;;) {
    const order = await orders.next();
    if (order === 'reload') {
      orders.reloaded(await reload(daemon, notifier, options, orders.ended));
      if (!options.stayAlive && daemon.services.length === 0) {
        log.write('CRITICAL', 'No available services. Exiting');
        notifier.stopping();
        await daemon.stop();
        return 1;
      }
      continue;
    }
    if (order === 'dump' || order === 'check') {
      if (order === 'dump') daemon.dump();
      else daemon.check('asked');
      continue;
    }
    log.write('WARNING', 'Exiting...');
    notifier.stopping();
    if (order === 'abandon') {
      await daemon.abandon();
      return 0;
    }
    const stopped = daemon.stop();
    orders.whenHurried(() => void daemon.stop());
    await stopped;
    return 0;
  }
}

async function reload(
  daemon: Daemon,
  notifier: Notifier,
  options: ServeOptions,
  ended: Promise<'ended'>,
): Promise<Reloaded | undefined> {
  const { load, report, log } = options;
  notifier.reloading();
  reopen(log);
  log.write('NOTICE', 'Starting reconfiguration');
  const table = await Promise.race([load(), ended]);
  if (table === 'ended') return undefined;
  report(table);
  if (!table.usable) {
    daemon.reloadFailed();
    log.write('WARNING', 'reconfiguration failed; the running configuration stays');
    notifier.ready(`${statusOf(daemon)}; the last reload failed`);
    return { table, outcome: undefined };
  }
  const outcome = daemon.reload(table);
  notifier.ready(statusOf(daemon));
  return { table, outcome };
}

/** For people who ask the supervisor. */
function statusOf({ services, available }: Daemon): string {
  return `${available} of ${services.length} services available`;
}

/** For log rotation; xinetd goes on writing into the file that was moved away. */
function reopen(log: DaemonLog): void {
  try {
    log.reopen();
  } catch (error) {
    log.write('ERROR', `the daemon's log cannot be opened anew and stays as it is: ${messageOf(error)}`);
  }
}

function removePidFile(pidFile: PidFile | undefined, { log }: ServeOptions): void {
  try {
    pidFile?.remove();
  } catch (error) {
    log.write('WARNING', `the pid file is left behind: ${messageOf(error)}`);
  }
}

/** Node's timers hold some 24 days and end at once what is longer: that is as often as it is done then. */
function every(seconds: number, job: () => void): void {
  setInterval(job, Math.min(seconds * 1000, 2 ** 31 - 1)).unref();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
