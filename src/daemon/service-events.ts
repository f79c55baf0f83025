/**
 * The one place where facts leave a service: to its counters, to its log if that wants them, and to those who look on
 * at the moment (`kinetd tail`). While nobody does, that costs a look at an empty set.
 */
import {
  type Clock,
  type DaemonLog,
  jsonLine,
  type ServiceObject,
  type Sink,
  serviceLine,
  serviceObject,
} from '../log/mod.ts';
import { ServiceCounters } from '../metrics/mod.ts';
import type { RefusedReason, Service, ServiceRecord } from '../model/mod.ts';
import { shownRecord } from './privacy.ts';
import { RefusalLines } from './refusal-lines.ts';
import type { ServiceLog } from './service-logs.ts';

/** Somebody who looks on. Must neither throw nor take long: clients wait meanwhile. */
export type Onlooker = (id: string, record: ServiceRecord) => void;

/** What went wrong with a service, and when (milliseconds since the epoch). */
export interface ServiceError {
  readonly time: number;
  readonly message: string;
}

interface Surroundings {
  readonly clock: Clock;
  readonly log: DaemonLog;
  readonly onlookers: ReadonlySet<Onlooker>;
}

/** For all services that have had no client yet, and never written to. */
const nothingCounted = new ServiceCounters();

export class ServiceEvents {
  readonly #shared: Surroundings;
  #service: Pick<Service, 'id' | 'logging'>;
  #log: ServiceLog | undefined;
  #lastError: ServiceError | undefined;
  #counters: ServiceCounters | undefined;
  /** Of nobody until the first one is refused. */
  #refusals: RefusalLines<RefusedReason> | undefined;

  constructor(service: Pick<Service, 'id' | 'logging'>, log: ServiceLog | undefined, shared: Surroundings) {
    this.#service = service;
    this.#log = log;
    this.#shared = shared;
  }

  /** A reload: counts go on. */
  update(service: Pick<Service, 'id' | 'logging'>, log: ServiceLog | undefined): void {
    this.#refusals?.tell();
    this.#service = service;
    this.#log = log;
  }

  /** What there was to count; of a service without clients all are zero. */
  get counters(): ServiceCounters {
    return this.#counters ?? nothingCounted;
  }

  /** So many connections have been accepted. */
  accepted(connections: number): void {
    this.#counting.accepted += connections;
  }

  get sink(): Sink | undefined {
    return this.#log?.sink;
  }

  get lastError(): ServiceError | undefined {
    return this.#lastError;
  }

  record(record: ServiceRecord): void {
    this.#counting.count(record);
    for (const onlooker of this.#shared.onlookers) onlooker(this.#service.id, record);
    if (this.#log !== undefined && this.#hasLine(record)) this.#write(this.#log, record);
  }

  /** The service is dropped: what is still to be told of it is told. */
  close(): void {
    this.#refusals?.close();
  }

  /** For those who ask what has gone wrong; whoever says it here has logged it. */
  remember(message: string): void {
    this.#lastError = { time: this.#shared.clock(), message };
  }

  /** The same, and for the daemon's own log. */
  complain(message: string): void {
    this.remember(message);
    this.#shared.log.write('ERROR', `service ${this.#service.id}: ${message}`);
  }

  get #counting(): ServiceCounters {
    this.#counters ??= new ServiceCounters();
    return this.#counters;
  }

  #hasLine(record: ServiceRecord): boolean {
    if (record.event !== 'fail' && record.event !== 'noid') return true;
    this.#refusals ??= new RefusalLines(this.#shared.clock, (reason, lines) => {
      if (this.#log !== undefined) this.#write(this.#log, { event: 'lost', reason, lines });
    });
    return this.#refusals.has(record.event === 'fail' ? record.reason : 'noid', record.from);
  }

  #write({ flags, format, sink }: ServiceLog, record: ServiceRecord): void {
    const { id, logging } = this.#service;
    const kept = shownRecord(logging.addressPrivacy, record);
    const facts = (): ServiceObject | undefined => serviceObject(id, flags, kept, this.#shared.clock());
    const line = format === 'xinetd' ? serviceLine(id, flags, kept) : textOf(facts());
    if (line !== undefined) sink.write(line, facts);
  }
}

function textOf(object: ServiceObject | undefined): string | undefined {
  return object === undefined ? undefined : jsonLine(object);
}
