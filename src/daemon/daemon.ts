/**
 * The daemon: composition of all parts, and the three things that happen to it as a whole: it starts, it reloads,
 * it stops. Signals, and later the control socket, call these same functions.
 *
 * A reload changes nothing unless the new configuration as a whole can be used. Then it is a transaction
 * (transition.ts): services that stay keep their descriptors and servers, what is new is opened before what goes is
 * closed, a socket that one service gives up and another takes stays open between them, and a service whose new
 * definition cannot be started goes on with the old one.
 */
import type { ServiceTable } from '../config/mod.ts';
import { Servers } from '../launch/mod.ts';
import { Sources } from '../limit/mod.ts';
import type { Clock, DaemonLog, Sink } from '../log/mod.ts';
import { type ExitWatch, type Pulse, watchExits } from '../os/mod.ts';
import type { Worker } from '../worker/mod.ts';
import { Inquiries, type Resolver } from './inquiries.ts';
import { planReload } from './reload-plan.ts';
import { RunningService, type Shared } from './running-service.ts';
import type { ServiceLogs } from './service-logs.ts';
import { type Outcome, Transition } from './transition.ts';
import { daemonWorker } from './worker.ts';

export interface DaemonOptions {
  readonly clock: Clock;
  readonly pulse: Pulse;
  readonly log: DaemonLog;
  readonly logs: ServiceLogs;
  readonly loadAverage: () => number;
  readonly resolver: Resolver;
  readonly processLimit: number | undefined;
  /** How long servers have between SIGTERM and SIGKILL when the daemon stops. */
  readonly graceSeconds: number;
  /** True: servers of a service that a reload drops are ended, as xinetd does; false: they end by themselves. */
  readonly endDropped: boolean;
}

/** How long a server may take to go after SIGKILL before the daemon goes without it. */
const survivalSeconds = 4;

export class Daemon {
  readonly #options: DaemonOptions;
  readonly #shared: Shared;
  readonly #servers: Servers;
  readonly #worker: Worker;
  readonly #exits: ExitWatch;
  #services: RunningService[] = [];
  /** Dropped by a reload, with servers that still run: their logs stay open until the last of these has ended. */
  readonly #leaving = new Set<RunningService>();
  #stopping: Promise<void> | undefined;

  constructor(options: DaemonOptions) {
    this.#options = options;
    this.#exits = watchExits((exits) => {
      const servers = exits.filter((facts) => !this.#worker.exited(facts));
      for (const pid of this.#servers.reap(servers)) options.log.write('NOTICE', `unknown child process ${pid} died`);
      this.#dismiss();
    }, options.pulse);
    this.#servers = new Servers(this.#exits);
    const inquiries = new Inquiries(options.resolver, options.clock);
    this.#worker = daemonWorker({ ...options, later: (job) => options.pulse.next(job) });
    this.#shared = {
      ...options,
      servers: this.#servers,
      worker: this.#worker,
      sources: new Sources((words) => void crypto.getRandomValues(words), options.clock()),
      inquiries,
      guard: { nameOf: (address) => inquiries.nameOf(address) },
      collectExits: () => this.#exits.collect(),
    };
  }

  /** The services at work, in the order of the text. */
  get services(): readonly RunningService[] {
    return this.#services;
  }

  /** How many services have at least one socket. */
  get available(): number {
    return this.#services.filter(({ active }) => active).length;
  }

  /** Opens all services of the first table. Those that cannot be opened are reported and tried again. */
  start(table: ServiceTable): void {
    this.#services = [...this.#goOver(table).started];
    const { available } = this;
    this.#options.log.write('NOTICE', `Started working: ${available} available service${available === 1 ? '' : 's'}`);
  }

  /** @param table a usable one; see {@link ServiceTable.usable} */
  reload(table: ServiceTable): void {
    const { log, logs } = this.#options;
    const { kept, started, retained, dropped } = this.#goOver(table);
    const replaced = new Set(started.map(({ service }) => service.id.toLowerCase()));
    for (const running of dropped) {
      this.#finish(running, replaced);
      if (running.running > 0) this.#leaving.add(running);
    }
    this.#services = [...kept, ...retained, ...started];
    logs.reopen(this.#sinks());
    log.write(
      'NOTICE',
      `Reconfigured: new=${started.length} old=${kept.length + retained.length} dropped=${dropped.length} (services)`,
    );
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
  abandon(): void {
    this.#closeAll();
    this.#worker.abandon();
    this.#exits.close();
  }

  async #endServers(): Promise<void> {
    const { graceSeconds, log } = this.#options;
    const timers = [setTimeout(() => this.#endAll('SIGKILL'), graceSeconds * 1000)];
    const survived = new Promise<void>((resolve) => {
      timers.push(setTimeout(resolve, (graceSeconds + survivalSeconds) * 1000));
    });
    await Promise.race([Promise.all([this.#servers.empty(), this.#worker.gone()]), survived]);
    for (const timer of timers) clearTimeout(timer);
    for (const { pid } of this.#servers) log.write('ERROR', `Server ${pid} did not exit after SIGKILL`);
    this.#exits.close();
  }

  #endAll(signal: 'SIGTERM' | 'SIGKILL'): void {
    this.#servers.endAll(signal);
    this.#worker.stop(signal);
  }

  #goOver(table: ServiceTable): Outcome {
    const { log } = this.#options;
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
