/**
 * What has happened to the clients and servers of one service since it came: plain numbers, counted up from the same
 * facts that its log gets. They only grow, and go on over a reload that keeps the service. How many servers run and
 * wait now is no count, and is asked where it is known.
 *
 * Nothing is allocated for a connection: reasons and statuses are from small closed sets, each with its number.
 */
import type { ExitRecord, RefusedReason, ServiceRecord } from '../model/mod.ts';
import { Histogram } from './histogram.ts';

/** In seconds. A server may answer within a millisecond or stay for days. */
const durationBounds = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300, 3600, 86_400];
const cpuBounds = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60];
const launchBounds = [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5];

export class ServiceCounters {
  /** Connections that accept(2) has given, whatever became of them. Datagrams and `wait` sockets are not accepted here. */
  accepted = 0;
  /** Servers, and clients and datagram senders of the worker: one for each START. */
  started = 0;
  endedWithZero = 0;
  endedWithStatus = 0;
  endedBySignal = 0;
  /** Those of them, however they ended, whose `timeout` was over. */
  timedOut = 0;
  /** What connections of the worker have carried, in bytes, from clients and to them; counted when they end. */
  received = 0;
  sent = 0;
  /** Lines of servers' stderr that were left out of the log. */
  linesLost = 0;
  /** All in seconds; processor time and launches of processes of their own alone. */
  readonly durations: Histogram = new Histogram(durationBounds);
  readonly cpu: Histogram = new Histogram(cpuBounds);
  readonly launches: Histogram = new Histogram(launchBounds);
  readonly #refused = new Map<RefusedReason, number>();

  /** Those reasons that there were. A program that could not be started is among them (`fork`, `exec`). */
  get refused(): ReadonlyMap<RefusedReason, number> {
    return this.#refused;
  }

  get ended(): number {
    return this.endedWithZero + this.endedWithStatus + this.endedBySignal;
  }

  count(record: ServiceRecord): void {
    switch (record.event) {
      case 'start':
        this.started++;
        if (record.launchSeconds !== undefined) this.launches.observe(record.launchSeconds);
        return;
      case 'fail':
        this.#refuse(record.reason);
        return;
      case 'noid':
        this.#refuse('noid');
        return;
      case 'exit':
        this.#end(record);
        return;
      case 'lost':
        this.linesLost += record.lines;
        return;
      case 'userid':
      case 'stderr':
      case 'traffic': // stands in the exit too
    }
  }

  #refuse(reason: RefusedReason): void {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1);
  }

  #end({ facts, seconds, timedOut, carried }: ExitRecord): void {
    if (facts.ending.kind === 'signal') this.endedBySignal++;
    else if (facts.ending.status === 0) this.endedWithZero++;
    else this.endedWithStatus++;
    if (timedOut) this.timedOut++;
    this.received += carried?.received ?? 0;
    this.sent += carried?.sent ?? 0;
    // A clock that was set back while the server ran.
    this.durations.observe(Math.max(0, seconds));
    if (facts.cpuSeconds !== undefined) this.cpu.observe(facts.cpuSeconds);
  }
}
