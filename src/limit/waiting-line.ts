/**
 * Who waits for a place, in the order of coming. Nobody overtakes anybody, so who came first is the first whose time
 * is up.
 */

interface Place<Waiter> {
  readonly waiter: Waiter;
  readonly since: number;
}

/** So many places that were left may stand at the front of the array before it is cut. */
const mostLeft = 1024;

export class WaitingLine<Waiter> {
  #places: Place<Waiter>[] = [];
  /** Index of the first who waits. */
  #first = 0;

  get size(): number {
    return this.#places.length - this.#first;
  }

  /** When the one who has waited longest came; undefined when nobody waits. */
  get since(): number | undefined {
    return this.#places[this.#first]?.since;
  }

  /** Who waits, in order. */
  get all(): readonly Waiter[] {
    return this.#places.slice(this.#first).map(({ waiter }) => waiter);
  }

  push(waiter: Waiter, now: number): void {
    this.#places.push({ waiter, since: now });
  }

  /** Takes out the one who has waited longest. */
  shift(): Waiter | undefined {
    const place = this.#places[this.#first];
    if (place === undefined) return undefined;
    this.#first++;
    if (this.#first === this.#places.length || this.#first > mostLeft) this.#cut();
    return place.waiter;
  }

  /** Takes out all who came at this moment or before it, in order. */
  expire(moment: number): readonly Waiter[] {
    const expired: Waiter[] = [];
    while ((this.since ?? Number.POSITIVE_INFINITY) <= moment) {
      const waiter = this.shift();
      if (waiter !== undefined) expired.push(waiter);
    }
    return expired;
  }

  /** Takes out all but those whom `keep` keeps, in order; asked in order. */
  sift(keep: (waiter: Waiter) => boolean): readonly Waiter[] {
    this.#cut();
    const out: Waiter[] = [];
    this.#places = this.#places.filter(({ waiter }) => {
      const kept = keep(waiter);
      if (!kept) out.push(waiter);
      return kept;
    });
    return out;
  }

  #cut(): void {
    this.#places = this.#places.slice(this.#first);
    this.#first = 0;
  }
}
