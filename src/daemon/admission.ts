/**
 * One decision for one client: access, times, load, rates, cps, instances, per_source, the daemon's own limit, in this
 * order. The first that says no gives the reason; access may also say that a name has to be known first. Nothing has been launched or logged by then, and a client that
 * access refuses uses up nothing of the limits (under xinetd it counts for cps and takes a server for a moment).
 */
import { withinTimes } from '../access/mod.ts';
import { CpsWindow, Occupancy, Rates, type Sources, StartRate } from '../limit/mod.ts';
import type { Decision, Local, Peer, RateLimits, Service } from '../model/mod.ts';
import { AccessControl, type Guard } from './access-control.ts';

/** What the decision depends on besides the service and the client. */
export interface Moment {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** The one-minute load average; asked for only when a service limits it. */
  readonly load: () => number;
  /** Whether the daemon's `-limit` is reached. */
  readonly full: () => boolean;
  /** Takes note of servers that have ended: nobody is refused for the sake of one that has. */
  readonly collectExits: () => void;
}

const allow: Decision = { verdict: 'allow' };

export class Admission {
  readonly occupancy: Occupancy = new Occupancy();
  #service: Service;
  readonly #access: AccessControl;
  #cps: CpsWindow | undefined;
  #starts: StartRate | undefined;
  #rates: Rates | undefined;
  readonly #sources: Sources;

  /**
   * @param sources what is remembered of clients that come often, for all services
   * @param guard what access depends on, for all services
   */
  constructor(service: Service, sources: Sources, guard: Guard) {
    this.#service = service;
    this.#sources = sources;
    this.#access = new AccessControl(service, guard);
    this.#cps = cpsOf(service);
    this.#starts = startsOf(service);
    this.#rates = this.#ratesOf(service);
  }

  /** A reload: new rules, while the servers that run stay counted. */
  update(service: Service): void {
    const before = this.#service;
    this.#service = service;
    this.#access.update(service);
    if (before.limits.cps?.connections !== service.limits.cps?.connections) this.#cps = cpsOf(service);
    if (before.limits.startsPerMinute !== service.limits.startsPerMinute) this.#starts = startsOf(service);
    if (!sameRates(before.limits.rates, service.limits.rates)) this.#rates = this.#ratesOf(service);
  }

  /**
   * @param peer undefined for a `wait` stream, where only the server will know its clients
   * @param local where the client came to, as far as that is known
   */
  decide(peer: Peer | undefined, local: Local | undefined, moment: Moment): Decision {
    const { access, limits } = this.#service;
    const admitted = this.#access.decide(peer, local);
    if (admitted.verdict !== 'allow') return admitted;
    if (access.times !== undefined && !withinTimes(access.times, minuteOfDay(moment.time))) return deny('time');
    if (limits.maxLoad !== undefined && moment.load() >= limits.maxLoad) return deny('load');
    const over = this.#rates?.refusal(peer?.address, moment.time);
    if (over !== undefined) return deny(over);
    if (this.#cps !== undefined && !this.#cps.admit(Math.floor(moment.time / 1000))) {
      return deny('connections per second');
    }
    const room = this.#room(peer, moment);
    if (room.verdict === 'allow') return admitted;
    moment.collectExits();
    const again = this.#room(peer, moment);
    return again.verdict === 'allow' ? admitted : again;
  }

  /** Whether access lets a client in that it has let in under another text; `ask` for one whose name it has forgotten. */
  review(peer: Peer, local: Local): Decision {
    const decision = this.#access.decide(peer, local);
    // When he came this was no sensor, so that he has not touched one.
    return decision.verdict === 'deny' ? { ...decision, denyMinutes: undefined } : decision;
  }

  /** Whether a client can be served whose turn has come, and whom all but the bounds on servers have let in. */
  takeTurn(peer: Peer, moment: Moment): Decision {
    return this.#room(peer, moment);
  }

  /** @returns 0 when one more server may start now, else in how many seconds (an inetd's `.max`) */
  startDelay(time: number): number {
    return this.#starts?.admit(time / 1000) ?? 0;
  }

  /** The port is back after its cps pause. */
  resetCps(): void {
    this.#cps?.reset();
  }

  #ratesOf({ limits }: Service): Rates | undefined {
    return limits.rates === undefined ? undefined : new Rates(limits.rates, this.#sources);
  }

  /**
   * Who may wait for his turn waits for `instances` alone: that comes last then, and is the answer only when nothing
   * else stands in the way.
   */
  #room(peer: Peer | undefined, moment: Moment): Decision {
    const { limits } = this.#service;
    const roomLeft = this.occupancy.hasRoom(limits);
    if (!roomLeft && limits.queue === undefined) return deny('service_limit');
    if (!this.occupancy.hasRoomFor(limits, peer?.address)) return deny('per_source_limit');
    if (moment.full()) return deny('process_limit');
    return roomLeft ? allow : deny('service_limit');
  }
}

function deny(reason: Extract<Decision, { verdict: 'deny' }>['reason']): Decision {
  return { verdict: 'deny', reason };
}

function cpsOf({ limits }: Service): CpsWindow | undefined {
  return limits.cps === undefined ? undefined : new CpsWindow(limits.cps.connections);
}

function startsOf({ limits }: Service): StartRate | undefined {
  return limits.startsPerMinute === undefined ? undefined : new StartRate(limits.startsPerMinute);
}

/** What is counted goes on over a reload that leaves the rates as they are. */
function sameRates(before: RateLimits | undefined, now: RateLimits | undefined): boolean {
  return JSON.stringify(before) === JSON.stringify(now);
}

function minuteOfDay(time: number): number {
  const date = new Date(time);
  return date.getHours() * 60 + date.getMinutes();
}
