/**
 * The daemon: composition of all parts, and what happens to it as a whole: it starts, it reloads, it stops, and it
 * tells about itself. Signals, and later the control socket, call these same functions.
 *
 * A reload changes nothing unless the new configuration as a whole can be used. Then it is a transaction
 * (transition.ts): services that stay keep their descriptors and servers, what is new is opened before what goes is
 * closed, a socket that one service gives up and another takes stays open between them, and a service whose new
 * definition cannot be started goes on with the old one.
 */
import { Bans, DeniedClients } from '../access/mod.ts';
import type { ServiceTable, Settings } from '../config/mod.ts';
import { ForkserverProcesses, type Server, Servers } from '../launch/mod.ts';
import { Sources } from '../limit/mod.ts';
import type { PassedSockets } from '../listener/mod.ts';
import type { Clock, DaemonLog, Sink } from '../log/mod.ts';
import type { HostName, Service } from '../model/mod.ts';
import {
  type ExitWatch,
  leaveLaunches,
  type Pulse,
  processIsThere,
  replaceFile,
  resourceLimit,
  watchExits,
} from '../os/mod.ts';
import { Portmapper } from '../portmap/mod.ts';
import type { Worker } from '../worker/mod.ts';
import { BannerFiles } from './banner-files.ts';
import { Consistency } from './consistency.ts';
import { stateDump } from './dump/mod.ts';
import { Farewells } from './farewells.ts';
import { HostsBanners } from './hosts-banners.ts';
import { HostsFiles, type HostsPaths } from './hosts-files.ts';
import { Inquiries, type Resolver } from './inquiries.ts';
import { muxTargetsOf, serverLines, serviceLines } from './listings.ts';
import { metricsOf } from './metrics.ts';
import { boundTo, internetSockets, openDescriptors } from './own-process.ts';
import { shownAddress } from './privacy.ts';
import { Registrar } from './registrar.ts';
import { planReload } from './reload-plan.ts';
import { RunningService } from './running-service.ts';
import type { Onlooker } from './service-events.ts';
import type { ServiceLogs } from './service-logs.ts';
import type { Shared } from './shared.ts';
import { type Outcome, Transition } from './transition.ts';
import { daemonWorker } from './worker.ts';

export interface DaemonOptions {
  readonly clock: Clock;
  readonly pulse: Pulse;
  readonly log: DaemonLog;
  readonly logs: ServiceLogs;
  /** Sockets that a supervisor has opened. */
  readonly passed: PassedSockets;
  readonly loadAverage: () => number;
  readonly resolver: Resolver;
  /** hosts.allow and hosts.deny. */
  readonly hostsPaths: HostsPaths;
  readonly processLimit: number | undefined;
  /** How long servers have between SIGTERM and SIGKILL when the daemon stops. */
  readonly graceSeconds: number;
  /** True: servers of a service that a reload drops are ended, as xinetd does; false: they end by themselves. */
  readonly endDropped: boolean;
  readonly dump: DumpOptions;
}

/** The state dump of SIGUSR1. */
export interface DumpOptions {
  /** undefined: no place is known where it may be written. */
  readonly file: string | undefined;
  /** Who writes it, with his version. */
  readonly title: string;
  /** The configuration files that were asked for. */
  readonly paths: readonly string[];
}

/** How long a server may take to go after SIGKILL, or a launch to come to its end, before the daemon goes without it. */
const survivalSeconds = 4;

export class Daemon {
  readonly #options: DaemonOptions;
  readonly #shared: Shared;
  readonly #servers: Servers;
  readonly #forkservers = new ForkserverProcesses();
  readonly #worker: Worker;
  readonly #exits: ExitWatch;
  /** What an administrator has banned. */
  readonly bans: Bans = new Bans();
  /** Told of everything that happens to clients and servers. */
  readonly onlookers: Set<Onlooker> = new Set<Onlooker>();
  #services: RunningService[] = [];
  /** Dropped by a reload, with servers that still run: their logs stay open until the last of these has ended. */
  readonly #leaving = new Set<RunningService>();
  /** What the text of each service says; for the dump. */
  readonly #settings = new WeakMap<Service, Settings>();
  #defaults: Settings = {};
  readonly #consistency = new Consistency();
  readonly #registrar: Registrar;
  readonly #reloads = { done: 0, failed: 0 };
  readonly #startedAt: number;
  #stopping: Promise<void> | undefined;

  constructor(options: DaemonOptions) {
    this.#options = options;
    this.#startedAt = options.clock();
    this.#exits = watchExits((exits) => {
      const others = exits.filter((facts) => !this.#worker.exited(facts));
      const { servers, forkservers } = this.#forkservers.sort(others);
      for (const pid of this.#servers.reap(servers)) options.log.write('NOTICE', `unknown child process ${pid} died`);
      for (const facts of forkservers) this.#forkservers.exited(facts);
      this.#dismiss();
    }, options.pulse);
    this.#servers = new Servers(this.#exits);
    const denied = new DeniedClients();
    const hosts = new HostsFiles(options.hostsPaths, options.log);
    const bannerFiles = new BannerFiles(options.clock, options.log);
    const inquiries = new Inquiries(options.resolver, options.clock);
    const nameOf = (address: string): HostName | undefined => inquiries.nameOf(address);
    const hostsBanners = new HostsBanners(bannerFiles, nameOf);
    this.#worker = daemonWorker({ ...options, later: (job) => options.pulse.next(job) });
    this.#registrar = new Registrar(new Portmapper(), options.log);
    this.#shared = {
      ...options,
      onlookers: this.onlookers,
      servers: this.#servers,
      forkservers: this.#forkservers,
      worker: this.#worker,
      muxTargets: muxTargetsOf(() => this.#services),
      list: (what) => (what === 'services' ? serviceLines(this.#services) : serverLines(this.#servers)),
      metrics: () => this.metrics(),
      sources: new Sources((words) => void crypto.getRandomValues(words), options.clock()),
      inquiries,
      denied,
      bannerFiles,
      farewells: new Farewells(),
      rpcPortOpened: () => void setImmediate(() => this.#registrar.update(this.#services, false)),
      guard: {
        nameOf,
        bannerFor: (folder, daemon, client, local) => hostsBanners.bannerFor(folder, daemon, client, local),
        hosts: () => hosts.table(),
        isBanned: (address) => this.bans.has(address, options.clock()),
        isDenied: (address) => denied.has(address, options.clock()),
      },
      collectExits: () => this.#exits.collect(),
    };
  }

  /** The services at work, in the order of the text. */
  get services(): readonly RunningService[] {
    return this.#services;
  }

  /** Processes of services, also of those that a reload has dropped. */
  get servers(): Iterable<Server> {
    return this.#servers;
  }

  /** How many services have at least one socket. */
  get available(): number {
    return this.#services.filter(({ active }) => active).length;
  }

  /** All metrics, as Prometheus reads them. */
  metrics(): string {
    return metricsOf({
      version: this.#options.dump.title.split(' ').at(-1) ?? '',
      startedAt: this.#startedAt,
      reloads: this.#reloads,
      bans: this.bans.list(this.#options.clock()).length,
      workerTasks: this.#worker.tasks,
      services: this.#services,
    });
  }

  /** A reload that has come to nothing, since the configuration cannot be used. */
  reloadFailed(): void {
    this.#reloads.failed++;
  }

  /** Opens all services of the first table. Those that cannot be opened are reported and tried again. */
  start(table: ServiceTable): void {
    this.#services = [...this.#goOver(table).started];
    this.#options.passed.closeUnclaimed();
    this.#registrar.update(this.#services, false);
    const { available } = this;
    this.#options.log.write('NOTICE', `Started working: ${available} available service${available === 1 ? '' : 's'}`);
  }

  /** @param table a usable one; see {@link ServiceTable.usable} */
  reload(table: ServiceTable): Outcome {
    const { log, logs } = this.#options;
    this.#reloads.done++;
    this.#shared.bannerFiles.forget();
    const outcome = this.#goOver(table);
    const { kept, started, retained, dropped } = outcome;
    const replaced = new Set(started.map(({ service }) => service.id.toLowerCase()));
    for (const running of dropped) {
      this.#finish(running, replaced);
      if (running.running > 0) this.#leaving.add(running);
    }
    this.#services = [...kept, ...retained, ...started];
    this.#registrar.update(this.#services, true);
    logs.reopen(this.#sinks());
    log.write(
      'NOTICE',
      `Reconfigured: new=${started.length} old=${kept.length + retained.length} dropped=${dropped.length} (services)`,
    );
    return outcome;
  }

  /** Writes the state dump, in the place of an older one. Where that fails the log says so. */
  dump(): void {
    const { log, dump, clock, processLimit } = this.#options;
    if (dump.file === undefined) {
      log.write('ERROR', 'no state dump: XDG_RUNTIME_DIR is not set, and no file is named for it');
      return;
    }
    this.#exits.collect();
    const services = this.#services.map((state) => ({ state, settings: this.#settings.get(state.service) ?? {} }));
    const owners = new Map<object, Service>([...this.#services, ...this.#leaving].map((one) => [one, one.service]));
    const text = stateDump({
      title: dump.title,
      time: new Date(clock()),
      defaults: this.#defaults,
      services,
      servers: Array.from(this.#servers, (server) => {
        const { id, logging } = owners.get(server.owner) ?? { id: '', logging: undefined };
        return { server, id, shown: (address) => shownAddress(logging?.addressPrivacy ?? 'full', address) };
      }),
      openDescriptors: openDescriptors(),
      mostDescriptors: resourceLimit('nofile').soft,
      processLimit,
      files: dump.paths,
    });
    try {
      // It tells the environment of servers, which is nobody else's business; xinetd's is for everybody to read.
      replaceFile(dump.file, text, 0o600);
      log.write('INFO', `generated state dump in file ${dump.file}`);
    } catch (error) {
      log.write('ERROR', `no state dump: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Whether the parts agree with each other; what does not is in the log, and so is the result if it was asked for. */
  check(occasion: 'asked' | 'periodic'): void {
    const { log, clock } = this.#options;
    this.#exits.collect();
    const errors = this.#consistency.check({
      services: this.#services,
      leaving: [...this.#leaving],
      servers: this.#servers,
      forkservers: new Set(this.#forkservers.pids),
      processExists: processIsThere,
      boundTo,
      sockets: internetSockets,
      now: clock(),
    });
    for (const error of errors) log.write('ERROR', `consistency check: ${error}`);
    if (errors.length > 0) log.write('WARNING', `Consistency check detected ${errors.length} errors`);
    else if (occasion === 'asked') log.write('INFO', 'Consistency check passed');
  }

  /**
   * Closes all sockets, ends all servers (SIGTERM to each server's process group, SIGKILL after the grace time) and
   * resolves when none is left, or when one has survived SIGKILL: a process stuck in the kernel must not keep the
   * daemon. Called again, it stops waiting and kills at once.
   */
  stop(): Promise<void> {
    if (this.#stopping === undefined) {
      this.#closeAll();
      this.#endAll('SIGTERM');
      this.#stopping = this.#endServers();
    } else {
      this.#endAll('SIGKILL');
    }
    return this.#stopping;
  }

  /** Closes all sockets and leaves the servers to themselves (SIGQUIT). */
  async abandon(): Promise<void> {
    this.#closeAll();
    this.#worker.abandon();
    this.#exits.close();
    setTimeout(leaveLaunches, survivalSeconds * 1000).unref();
    await this.#registrar.end();
  }

  async #endServers(): Promise<void> {
    const { graceSeconds, log } = this.#options;
    const timers = [setTimeout(() => this.#endAll('SIGKILL'), graceSeconds * 1000)];
    const survived = new Promise<void>((resolve) => {
      timers.push(setTimeout(resolve, (graceSeconds + survivalSeconds) * 1000));
    });
    await Promise.race([
      Promise.all([this.#servers.empty(), this.#forkservers.empty(), this.#worker.gone(), this.#registrar.end()]),
      survived,
    ]);
    for (const timer of timers) clearTimeout(timer);
    for (const { pid } of this.#servers) log.write('ERROR', `Server ${pid} did not exit after SIGKILL`);
    leaveLaunches();
    this.#exits.close();
  }

  #endAll(signal: 'SIGTERM' | 'SIGKILL'): void {
    this.#servers.endAll(signal);
    this.#forkservers.endAll(signal);
    this.#worker.stop(signal);
  }

  #goOver(table: ServiceTable): Outcome {
    const { log } = this.#options;
    this.#defaults = table.defaults;
    for (const entry of table.entries) {
      if (entry.state === 'ready') this.#settings.set(entry.service, entry.settings);
    }
    const plan = planReload(this.#services, table);
    const outcome = new Transition(plan, (service) => new RunningService(service, this.#shared), log).run();
    for (const { service } of plan.retain) {
      log.write(
        'ERROR',
        `service ${service.id}: its new text is refused or cannot be read, the old definition goes on until it is mended`,
      );
    }
    return outcome;
  }

  #finish(running: RunningService, replaced: ReadonlySet<string>): void {
    const { log, endDropped } = this.#options;
    const { id } = running.service;
    const left = running.running;
    if (endDropped) running.endServers();
    const servers =
      left === 0 ? '' : endDropped ? `, ${left} servers were told to end` : `, ${left} servers go on until they end`;
    log.write(
      'NOTICE',
      `service ${id} deactivated${replaced.has(id.toLowerCase()) ? ' (another takes its place)' : ''}${servers}`,
    );
  }

  #closeAll(): void {
    for (const running of this.#services) running.close();
    this.#services = [];
  }

  /** Forgets dropped services without servers, and closes logs that only they had. */
  #dismiss(): void {
    let dismissed = false;
    for (const running of this.#leaving) {
      if (running.running > 0) continue;
      this.#leaving.delete(running);
      dismissed = true;
    }
    if (dismissed) this.#options.logs.keep(this.#sinks());
  }

  #sinks(): Set<Sink> {
    const sinks = new Set<Sink>();
    for (const { sink } of [...this.#services, ...this.#leaving]) if (sink !== undefined) sinks.add(sink);
    return sinks;
  }
}
