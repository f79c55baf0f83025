/**
 * Admission, and what its answers mean for the port of the service: a pause over `cps`, a rest over an inetd's starts a
 * minute.
 */
import type { Listener } from '../listener/mod.ts';
import type { Decision, Local, Peer, Service } from '../model/mod.ts';
import type { Admission, Moment } from './admission.ts';
import { pauseForCps, restAfterStarts } from './pauses.ts';
import type { Ports } from './ports.ts';
import type { Shared } from './shared.ts';

export class Gate {
  readonly #service: () => Service;
  readonly #admission: Admission;
  readonly #ports: Ports;
  readonly #shared: Shared;

  /** @param service the text that holds now */
  constructor(service: () => Service, admission: Admission, ports: Ports, shared: Shared) {
    this.#service = service;
    this.#admission = admission;
    this.#ports = ports;
    this.#shared = shared;
  }

  decide(peer: Peer | undefined, local: Local | undefined): Decision {
    const decision = this.#admission.decide(peer, local, this.moment());
    if (decision.verdict === 'deny' && decision.reason === 'connections per second') {
      pauseForCps(this.#service(), this.#ports, this.#shared.log, () => this.#admission.resetCps());
    }
    return decision;
  }

  /** For a server of its own: as {@link decide}, and the minute must have room for one more start. */
  judge(listener: Listener | undefined, peer: Peer, local: Local): Decision {
    const decision = this.decide(peer, local);
    if (decision.verdict !== 'allow' || this.mayStart(listener)) return decision;
    return { verdict: 'deny', reason: 'connections per second' };
  }

  /** An inetd's `.max`: false when this minute has had its starts, and the listener rests until the next. */
  mayStart(listener: Listener | undefined): boolean {
    const delay = this.#admission.startDelay(this.#shared.clock());
    if (delay > 0 && listener !== undefined) {
      restAfterStarts(this.#service(), this.#ports, this.#shared.log, listener, Math.ceil(delay));
    }
    return delay === 0;
  }

  moment(): Moment {
    const { clock, loadAverage, processLimit, servers, worker, collectExits } = this.#shared;
    const full = (): boolean => processLimit !== undefined && servers.count + worker.tasks >= processLimit;
    return { time: clock(), load: loadAverage, full, collectExits };
  }
}
