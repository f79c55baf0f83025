/**
 * Keeps the portmapper's directory as the services are: each version of an RPC service at the port that it has now.
 *
 * All of it happens in the background. A portmapper that is away or refuses is asked again after 1, 2, 4 … 60 seconds,
 * and the log says so once. What is registered is registered again on each reload, since a portmapper that was
 * restarted has forgotten it.
 *
 * Version 2 of its protocol takes a version of a program away for all protocols at once, so the protocols of one
 * version are one entry here.
 */

import type { Listener } from '../listener/mod.ts';
import type { DaemonLog } from '../log/mod.ts';
import type { Service } from '../model/mod.ts';
import type { Mapping, Portmapper } from '../portmap/mod.ts';

/** One version of one program. */
interface Entry {
  readonly program: number;
  readonly version: number;
  readonly id: string;
  /** Ports by the number of their protocol. */
  readonly ports: ReadonlyMap<number, number>;
}

export interface RpcState {
  readonly service: Pick<Service, 'id' | 'rpc' | 'protocol'>;
  readonly listeners: readonly Pick<Listener, 'local'>[];
}

const longestRetrySeconds = 60;

export class Registrar {
  readonly #portmapper: Pick<Portmapper, 'ask'>;
  readonly #log: DaemonLog;
  #wanted = new Map<string, Entry>();
  readonly #registered = new Map<string, Entry>();
  /** Entries that the portmapper has not been told of yet. */
  #due = new Set<string>();
  #working: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #attempt = 0;
  /** Set while something cannot be done, and has been said. */
  #troubled = false;
  #ending = false;

  constructor(portmapper: Pick<Portmapper, 'ask'>, log: DaemonLog) {
    this.#portmapper = portmapper;
    this.#log = log;
  }

  /**
   * The services are these now.
   * @param anew also tells what has not changed
   */
  update(services: readonly RpcState[], anew: boolean): void {
    if (this.#ending) return;
    this.#wanted = entriesOf(services);
    for (const key of new Set([...this.#wanted.keys(), ...this.#registered.keys()])) {
      if (anew || !alike(this.#wanted.get(key), this.#registered.get(key))) this.#due.add(key);
    }
    if (this.#due.size > 0) this.#work();
  }

  /** Takes everything away, if the portmapper answers; resolves when that is done or has failed. Nothing is retried. */
  async end(): Promise<void> {
    this.#ending = true;
    clearTimeout(this.#retry);
    this.#wanted = new Map();
    this.#due = new Set(this.#registered.keys());
    await this.#working;
    if (this.#due.size > 0) await this.#tellAll();
  }

  #work(): void {
    clearTimeout(this.#retry);
    this.#working ??= this.#tellAll().then(() => {
      this.#working = undefined;
      if (this.#due.size === 0 || this.#ending) return;
      const seconds = Math.min(2 ** this.#attempt++, longestRetrySeconds);
      this.#retry = setTimeout(() => this.#work(), seconds * 1000).unref();
    });
  }

  /** Goes through what is due; what cannot be done now stays due. */
  async #tellAll(): Promise<void> {
    for (const key of this.#due) {
      const wanted = this.#wanted.get(key);
      const failure = await this.#tell(key, wanted);
      if (failure === undefined) {
        if (this.#wanted.get(key) === wanted) this.#due.delete(key);
        continue;
      }
      this.#complain(failure);
      // Whoever does not answer one call does not answer the next either; a refusal is about one entry.
      if (failure.unreachable) return;
    }
    if (this.#due.size > 0) return;
    if (this.#troubled) this.#log.write('NOTICE', 'all RPC services are registered with the portmapper now');
    this.#troubled = false;
    this.#attempt = 0;
  }

  async #tell(key: string, wanted: Entry | undefined): Promise<Failure | undefined> {
    const known = this.#registered.get(key);
    const entry = wanted ?? known;
    if (entry === undefined) return undefined;
    const gone =
      known !== undefined && [...known.ports.keys()].some((protocol) => wanted?.ports.has(protocol) !== true);
    if (gone) {
      const failure = await this.#clear(entry);
      if (failure !== undefined) return failure;
      this.#registered.delete(key);
    }
    if (wanted === undefined) return undefined;
    // Another port of somebody who had it before is in the way of ours.
    const first = await this.#set(wanted);
    const failure = first?.unreachable === false ? ((await this.#clear(wanted)) ?? (await this.#set(wanted))) : first;
    if (failure === undefined) this.#registered.set(key, wanted);
    return failure;
  }

  async #set(entry: Entry): Promise<Failure | undefined> {
    for (const [protocol, port] of entry.ports) {
      const failure = await this.#ask('set', entry, { ...mappingOf(entry), protocol, port });
      if (failure !== undefined) return failure;
    }
    return undefined;
  }

  async #clear(entry: Entry): Promise<Failure | undefined> {
    const failure = await this.#ask('unset', entry, { ...mappingOf(entry), protocol: 0, port: 0 });
    // There was nothing to take away.
    return failure?.unreachable === false ? undefined : failure;
  }

  async #ask(procedure: 'set' | 'unset', { id }: Entry, mapping: Mapping): Promise<Failure | undefined> {
    const outcome = await this.#portmapper.ask(procedure, mapping);
    if (outcome === 'done') return undefined;
    const unreachable = typeof outcome === 'object';
    const reason = unreachable ? outcome.trouble : outcome === 'refused' ? 'the call is not understood' : undefined;
    const { program, version } = mapping;
    const what = `pmap_${procedure} failed. service=${id} program=${program} version=${version}`;
    return { unreachable, what: reason === undefined ? what : `${what} (${reason})` };
  }

  #complain({ what }: Failure): void {
    if (!this.#troubled) this.#log.write('ERROR', `${what}; it is tried again until the portmapper takes it`);
    this.#troubled = true;
  }
}

interface Failure {
  readonly unreachable: boolean;
  readonly what: string;
}

function mappingOf({ program, version }: Entry): Pick<Mapping, 'program' | 'version'> {
  return { program, version };
}

function entriesOf(services: readonly RpcState[]): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const { service, listeners } of services) {
    const { rpc, id, protocol } = service;
    const port = listeners.find(({ local }) => local !== undefined)?.local?.port;
    if (rpc === undefined || port === undefined) continue;
    for (let version = rpc.lowest; version <= rpc.highest; version++) {
      const key = `${rpc.number} ${version}`;
      const ports = new Map([...(entries.get(key)?.ports ?? []), [protocol.number, port] as const]);
      entries.set(key, { program: rpc.number, version, id, ports });
    }
  }
  return entries;
}

function alike(a: Entry | undefined, b: Entry | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.ports.size === b.ports.size && [...a.ports].every(([protocol, port]) => b.ports.get(protocol) === port);
}
