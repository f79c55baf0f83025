/**
 * Clients that wait until the name of an address is known, and the names that were found out lately.
 *
 * Nobody else waits for them: a look-up is made in the background, once for an address however many clients of it come,
 * and whoever has no answer within the time limit gets `failed`. All of it is bounded, since every client can cause it:
 * how many wait, in all and for one address, how many look-ups run at once, and how much is remembered.
 */
import type { HostName } from '../model/mod.ts';

/** Asks for the name of an address, there and back. Never rejects; it may take as long as it likes. */
export interface Resolver {
  /** How many look-ups it can do at once; more are not begun before one of them has ended. */
  readonly atOnce: number;
  nameOf(address: string): Promise<HostName>;
}

/** What a waiting client is told; one of the two, once. */
export interface Waiter {
  /** The name is known now, or `failed`: see {@link Inquiries.nameOf}. */
  readonly answered: () => void;
  /** Its owner has given it up. */
  readonly dismissed: () => void;
}

export interface InquiryBounds {
  readonly answerSeconds: number;
  /** Waiting clients. */
  readonly inAll: number;
  readonly perAddress: number;
  /** Names remembered, oldest forgotten first. */
  readonly remembered: number;
  readonly rememberSeconds: number;
  /** Of look-ups that failed: shorter, so that a name server that is back is asked again soon. */
  readonly rememberFailureSeconds: number;
}

export const usualBounds: InquiryBounds = {
  answerSeconds: 5,
  inAll: 256,
  perAddress: 16,
  remembered: 4096,
  rememberSeconds: 60,
  rememberFailureSeconds: 5,
};

interface Inquiry {
  readonly waiters: Set<Waiter & { readonly owner: object }>;
  readonly timer: NodeJS.Timeout;
  begun: boolean;
}

export class Inquiries {
  readonly #resolver: Resolver;
  readonly #clock: () => number;
  readonly #bounds: InquiryBounds;
  readonly #answers = new Map<string, { readonly name: HostName; readonly until: number }>();
  readonly #open = new Map<string, Inquiry>();
  #waiting = 0;
  #running = 0;

  /** @param clock milliseconds */
  constructor(resolver: Resolver, clock: () => number, bounds: InquiryBounds = usualBounds) {
    this.#resolver = resolver;
    this.#clock = clock;
    this.#bounds = bounds;
  }

  /** Clients that wait now. */
  get waiting(): number {
    return this.#waiting;
  }

  /** What was found out lately; undefined: {@link wait} for it. */
  nameOf(address: string): HostName | undefined {
    const known = this.#answers.get(address);
    if (known === undefined) return undefined;
    if (this.#clock() < known.until) return known.name;
    this.#answers.delete(address);
    return undefined;
  }

  /** @returns false when so many wait already that this one cannot */
  wait(address: string, owner: object, waiter: Waiter): boolean {
    const inquiry = this.#open.get(address);
    if (this.#waiting >= this.#bounds.inAll || (inquiry?.waiters.size ?? 0) >= this.#bounds.perAddress) return false;
    this.#waiting++;
    const entry = { ...waiter, owner };
    if (inquiry === undefined) {
      const timer = setTimeout(() => this.#settle(address, { kind: 'failed' }), this.#bounds.answerSeconds * 1000);
      this.#open.set(address, { waiters: new Set([entry]), timer, begun: false });
      this.#begin();
    } else {
      inquiry.waiters.add(entry);
    }
    return true;
  }

  /** Gives up all clients of an owner. A look-up that nobody else waits for goes on, or is not begun. */
  dismiss(owner: object): void {
    for (const [address, inquiry] of this.#open) {
      for (const waiter of inquiry.waiters) {
        if (waiter.owner !== owner) continue;
        inquiry.waiters.delete(waiter);
        this.#waiting--;
        waiter.dismissed();
      }
      if (inquiry.waiters.size > 0) continue;
      clearTimeout(inquiry.timer);
      this.#open.delete(address);
    }
  }

  #begin(): void {
    for (const [address, inquiry] of this.#open) {
      if (this.#running >= this.#resolver.atOnce) return;
      if (inquiry.begun) continue;
      inquiry.begun = true;
      this.#running++;
      void this.#resolver.nameOf(address).then((name) => {
        this.#running--;
        this.#settle(address, name);
        this.#begin();
      });
    }
  }

  /** An answer that comes too late is remembered for the next client. */
  #settle(address: string, name: HostName): void {
    const { rememberSeconds, rememberFailureSeconds, remembered } = this.#bounds;
    const seconds = name.kind === 'failed' ? rememberFailureSeconds : rememberSeconds;
    this.#answers.delete(address);
    this.#answers.set(address, { name, until: this.#clock() + seconds * 1000 });
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= remembered) break;
      this.#answers.delete(oldest);
    }
    const inquiry = this.#open.get(address);
    if (inquiry === undefined) return;
    this.#open.delete(address);
    clearTimeout(inquiry.timer);
    this.#waiting -= inquiry.waiters.size;
    for (const waiter of inquiry.waiters) waiter.answered();
  }
}
