/**
 * Answers what is asked over the control socket. What changes the daemon as a whole (reload, stop) goes the way that
 * signals go; the rest is done or looked up here.
 *
 * Pauses and bans hold over a reload, since they are no part of any text, and end with the daemon.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

import {
  type Caller,
  type ControlAddress,
  type ControlRequest,
  ControlSocket,
  defaultControlPath,
  type EventFilter,
} from '../control/mod.ts';
import type { Clock, DaemonLog } from '../log/mod.ts';
import { LevelledLog } from '../log/mod.ts';
import { SystemError, signalGroup } from '../os/mod.ts';
import {
  banReports,
  forkserverReports,
  reloadReport,
  serverReports,
  statusReport,
  workerReports,
} from './control-reports.ts';
import type { Daemon } from './daemon.ts';
import { eventOnlooker, messageOnlooker } from './onlooking.ts';
import type { Orders } from './orders.ts';
import type { RunningService } from './running-service.ts';

export interface DeskOptions {
  readonly clock: Clock;
  readonly log: DaemonLog;
  readonly dump: { readonly title: string };
}

/** Why something asked for was not done. */
class Refused extends Error {}

export class ControlDesk {
  readonly #daemon: Daemon;
  readonly #orders: Orders;
  readonly #options: DeskOptions;
  readonly #startedAt: number;

  constructor(daemon: Daemon, orders: Orders, options: DeskOptions) {
    this.#daemon = daemon;
    this.#orders = orders;
    this.#options = options;
    this.#startedAt = options.clock();
  }

  /** Answers one line of a caller, whatever stands in it. */
  async serve(line: string, caller: Caller): Promise<void> {
    const { parseRequest } = await import('../control/request.ts');
    const request = parseRequest(line);
    if (typeof request === 'string') {
      caller.error(request);
      return;
    }
    try {
      await this.#answer(request, caller);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      caller.error(error.message);
    }
  }

  async #answer(request: ControlRequest, caller: Caller): Promise<void> {
    switch (request.command) {
      case 'status': {
        const { clock, dump } = this.#options;
        const report = { title: dump.title, pid: process.pid, startedAt: this.#startedAt, now: clock() };
        caller.result(statusReport(report, this.#daemon.services));
        return;
      }
      case 'servers':
        caller.result([
          ...serverReports(this.#daemon.servers),
          ...workerReports(this.#daemon.services),
          ...forkserverReports(this.#daemon.services),
        ]);
        return;
      case 'reload':
        caller.result(await this.#reload());
        return;
      case 'stop':
        caller.result('stopping');
        this.#orders.stop();
        return;
      case 'kill':
        caller.result(this.#kill(request.pid, request.signal));
        return;
      case 'pause':
      case 'resume':
        caller.result(this.#pause(request.service, request.command === 'pause'));
        return;
      case 'ban':
        caller.result(this.#ban(request.block, request.seconds));
        return;
      case 'unban':
        caller.result(this.#unban(request.block));
        return;
      case 'bans':
        caller.result(banReports(this.#daemon.bans.list(this.#options.clock())));
        return;
      case 'loglevel':
        caller.result(this.#level(request.level));
        return;
      case 'tail':
        this.#tail(request, caller);
    }
  }

  async #reload(): Promise<object> {
    const reloaded = await this.#orders.reload();
    if (reloaded === undefined) throw new Refused('the daemon is stopping');
    return reloadReport(reloaded);
  }

  #kill(pid: number, signal: NodeJS.Signals): string {
    for (const server of this.#daemon.servers) {
      if (server.pid !== pid) continue;
      if (!signalGroup(pid, signal)) throw new Refused(`server ${pid} cannot be sent ${signal}`);
      this.#options.log.write('NOTICE', `server ${pid} was sent ${signal} by an administrator`);
      return `${signal} sent to server ${pid}`;
    }
    throw new Refused(`process ${pid} is no server of this daemon (kinetd ps lists them)`);
  }

  #pause(id: string, pause: boolean): string {
    const services = this.#find(id);
    if (pause && services.some(({ muxTarget }) => muxTarget !== undefined)) {
      throw new Refused(`service ${id} is reached through tcpmux and has no socket to pause`);
    }
    const changed = services.filter(({ paused }) => paused !== pause);
    if (changed.length === 0) throw new Refused(`service ${id} is ${pause ? 'paused already' : 'not paused'}`);
    for (const running of changed) running.pause(pause);
    const done = pause ? 'paused' : 'resumed';
    this.#options.log.write('NOTICE', `service ${id} was ${done} by an administrator`);
    return `service ${id} ${done}`;
  }

  /** Several services may have one id, for different protocols. */
  #find(id: string): readonly RunningService[] {
    const found = this.#daemon.services.filter(({ service }) => service.id.toLowerCase() === id.toLowerCase());
    if (found.length === 0) throw new Refused(`there is no service ${id} (kinetd status lists them)`);
    return found;
  }

  #ban(block: string, seconds: number | undefined): string {
    const until = seconds === undefined ? Number.POSITIVE_INFINITY : this.#options.clock() + seconds * 1000;
    const added = this.#daemon.bans.add(block, until);
    if (added === 'full') throw new Refused('there are too many bans; take some back first');
    if (added === undefined) throw new Refused(`not an address or a prefix such as 192.0.2.0/24: ${block}`);
    const time = seconds === undefined ? '' : ` for ${seconds} seconds`;
    this.#options.log.write('NOTICE', `${added.block} was banned${time} by an administrator`);
    return `${added.block} banned${time}`;
  }

  #unban(block: string): string {
    const removed = this.#daemon.bans.remove(block);
    if (removed === undefined) throw new Refused(`${block} is not banned (kinetd bans lists what is)`);
    this.#options.log.write('NOTICE', `the ban of ${removed} was taken back by an administrator`);
    return `${removed} is not banned any more`;
  }

  #level(level: LevelledLog['level'] | undefined): string {
    const { log } = this.#options;
    if (!(log instanceof LevelledLog)) throw new Refused('the log of this daemon has no level');
    if (level !== undefined) log.level = level;
    return log.level;
  }

  #tail(filter: EventFilter, caller: Caller): void {
    const onlooker = eventOnlooker(filter, this.#options.clock, (event) => caller.event(event));
    caller.result('looking on');
    this.#daemon.onlookers.add(onlooker);
    caller.onEnd(() => this.#daemon.onlookers.delete(onlooker));
    const { clock, log } = this.#options;
    if (filter.messages === undefined || !(log instanceof LevelledLog)) return;
    const hearer = messageOnlooker(filter.messages, clock, (event) => caller.event(event));
    log.onlookers.add(hearer);
    caller.onEnd(() => log.onlookers.delete(hearer));
  }
}

/** @returns undefined when there can be none: that is logged, and the daemon goes on without */
export function openControl(
  address: ControlAddress,
  daemon: Daemon,
  orders: Orders,
  options: DeskOptions,
): ControlSocket | undefined {
  const { log } = options;
  const desk = new ControlDesk(daemon, orders, options);
  try {
    if (address.path === defaultControlPath()) makeFolder(dirname(address.path));
    return new ControlSocket(address, (line, caller) => desk.serve(line, caller));
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    const reason = error.code === 'EADDRINUSE' ? 'another daemon answers there' : error.message;
    log.write('WARNING', `no control socket at ${address.path}: ${reason}; the daemon goes on without one`);
    return undefined;
  }
}

/** Root's default folder is there after the first start; binding says what is wrong with any other. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o755 });
  } catch {
    // It is there, or binding below will say why there is nothing.
  }
}
