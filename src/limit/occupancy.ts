/**
 * How many servers of one service are running, in all and for each client address: what `instances` and
 * `per_source` are compared with. Constant time a connection, and memory for the addresses that have a server
 * now, no others.
 */
import type { Decision, ServiceLimits } from '../model/mod.ts';

export class Occupancy {
  #running = 0;
  readonly #bySource = new Map<string, number>();

  get running(): number {
    return this.#running;
  }

  /** Those of them whose client is known, as they are counted for each. */
  get runningOfSources(): number {
    let sum = 0;
    for (const count of this.#bySource.values()) sum += count;
    return sum;
  }

  /**
   * Whether one more server may run.
   * @param source the client's address; undefined where it is not known (a `wait` stream), which `per_source`
   *   does not apply to, as in xinetd
   */
  decide(limits: Pick<ServiceLimits, 'instances' | 'perSource'>, source: string | undefined): Decision {
    if (limits.instances !== undefined && this.#running >= limits.instances) {
      return { verdict: 'deny', reason: 'service_limit' };
    }
    if (limits.perSource !== undefined && source !== undefined) {
      if ((this.#bySource.get(source) ?? 0) >= limits.perSource) return { verdict: 'deny', reason: 'per_source_limit' };
    }
    return { verdict: 'allow' };
  }

  /** A server has been started for this client. */
  enter(source: string | undefined): void {
    this.#running++;
    if (source !== undefined) this.#bySource.set(source, (this.#bySource.get(source) ?? 0) + 1);
  }

  /** A server that was started for this client has ended. */
  leave(source: string | undefined): void {
    this.#running--;
    if (source === undefined) return;
    const left = (this.#bySource.get(source) ?? 0) - 1;
    if (left > 0) this.#bySource.set(source, left);
    else this.#bySource.delete(source);
  }
}
