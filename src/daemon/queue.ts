/**
 * `queue`: connections over `instances` that wait for their turn, as open descriptors, unread. While somebody waits
 * there is one timer, for the one who has waited longest, and exits of servers are told at once.
 *
 * Who waits counts for `per_source`, so that no client takes all places. Who has hung up by the time of his turn gets
 * no server; one that only has nothing more to say (half-closed) does.
 */
import type { Servers } from '../launch/mod.ts';
import { type Occupancy, WaitingLine } from '../limit/mod.ts';
import type { Listener } from '../listener/mod.ts';
import type { Decision, QueueLimit } from '../model/mod.ts';
import { type Connection, type Descriptor, hasHungUp } from '../os/mod.ts';
import type { Refusal } from './refusal.ts';

export interface Waiter {
  readonly listener: Listener;
  readonly connection: Connection;
}

/** What the service does for those who wait. */
export interface QueueHost {
  /** Whether one more server may run. */
  readonly hasRoom: () => boolean;
  /** Whether this one can be served, now that there is room. */
  readonly takeTurn: (waiter: Waiter) => Decision;
  /** Serves him; the descriptor is no longer the queue's. `others`: how many still wait. */
  readonly serve: (waiter: Waiter, others: number) => void;
  /** Says that he is not served; the descriptor is no longer the queue's. */
  readonly refuse: (waiter: Waiter, refusal: Refusal) => void;
  /** Whether access still lets him in. */
  readonly review: (waiter: Waiter) => Decision;
}

const inVain: Refusal = { verdict: 'deny', reason: 'queue' };

type ExitTiming = Pick<Servers, 'awaitExits' | 'awaitNoExits'>;

export class Queue {
  readonly #exits: ExitTiming;
  readonly #occupancy: Occupancy;
  readonly #host: QueueHost;
  readonly #line = new WaitingLine<Waiter>();
  #limit: QueueLimit | undefined;
  #timer: NodeJS.Timeout | undefined;
  #awaiting = false;
  #advancing = false;

  constructor(limit: QueueLimit | undefined, exits: ExitTiming, occupancy: Occupancy, host: QueueHost) {
    this.#limit = limit;
    this.#exits = exits;
    this.#occupancy = occupancy;
    this.#host = host;
  }

  /** The connections of those who wait, in order. */
  get descriptors(): readonly Descriptor[] {
    return this.#line.all.map(({ connection }) => connection.descriptor);
  }

  /** @returns false when there is no place; nothing has happened then */
  keep(waiter: Waiter): boolean {
    if (this.#limit === undefined || this.#line.size >= this.#limit.places) return false;
    this.#occupancy.reserve(waiter.connection.peer.address);
    this.#line.push(waiter, performance.now());
    this.#settle();
    return true;
  }

  /** A place among the servers may be free: whose turn it is gets it. */
  advance(): void {
    // Who cannot be served gives his place back at once, and is followed by the next here and not from within.
    if (this.#line.size === 0 || this.#advancing) return;
    this.#advancing = true;
    while (this.#host.hasRoom()) {
      const waiter = this.#line.shift();
      if (waiter === undefined) break;
      this.#occupancy.release(waiter.connection.peer.address);
      const decision = hasHungUp(waiter.connection.descriptor) ? inVain : this.#host.takeTurn(waiter);
      if (decision.verdict === 'allow') this.#host.serve(waiter, this.#line.size);
      else this.#host.refuse(waiter, decision);
    }
    this.#advancing = false;
    this.#settle();
  }

  /** A reload: who is welcome under the new text, and has a place there, waits on. */
  update(limit: QueueLimit | undefined): void {
    this.#limit = limit;
    if (this.#line.size === 0) return;
    this.#line.sift((waiter) => {
      const decision = this.#host.review(waiter);
      if (decision.verdict !== 'allow') this.#turnAway([waiter], decision);
      return decision.verdict === 'allow';
    });
    let places = limit?.places ?? 0;
    this.#turnAway(
      this.#line.sift(() => places-- > 0),
      inVain,
    );
    this.#disarm();
    this.#settle();
    this.advance();
  }

  /** The service goes: nobody will have his turn. */
  close(): void {
    this.#turnAway(
      this.#line.sift(() => false),
      inVain,
    );
    this.#settle();
  }

  #turnAway(waiters: readonly Waiter[], refusal: Refusal): void {
    for (const waiter of waiters) {
      this.#occupancy.release(waiter.connection.peer.address);
      this.#host.refuse(waiter, refusal);
    }
  }

  #expire(): void {
    const { seconds } = this.#limit ?? { seconds: 0 };
    this.#turnAway(this.#line.expire(performance.now() - seconds * 1000), inVain);
    this.#settle();
  }

  /** Somebody waits, or nobody does: then there is no timer, and exits may be told as late as usual. */
  #settle(): void {
    const waiting = this.#line.size > 0;
    if (waiting !== this.#awaiting) {
      this.#awaiting = waiting;
      if (waiting) this.#exits.awaitExits();
      else this.#exits.awaitNoExits();
    }
    if (!waiting) this.#disarm();
    else if (this.#timer === undefined) this.#arm();
  }

  #arm(): void {
    const { since } = this.#line;
    if (since === undefined || this.#limit === undefined) return;
    const left = Math.ceil(since + this.#limit.seconds * 1000 - performance.now());
    const expire = (): void => {
      this.#timer = undefined;
      this.#expire();
    };
    this.#timer = setTimeout(expire, Math.max(0, left));
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
