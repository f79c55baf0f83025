/**
 * The rates of one service: for all its clients, for each address, for each block of addresses. Who is over one of
 * them is refused, and takes nothing from the others: a client that comes too often uses up neither the rate of its
 * network nor that of the service.
 *
 * Refused and not made to wait: a client that waits costs a descriptor, and those are what a flood is after.
 */
import type { NetworkRate, Rate, RateLimits, RateReason } from '../model/mod.ts';
import { Pace } from './pace.ts';
import { writeSourceKey } from './source-key.ts';
import type { Sources } from './sources.ts';

/** One rate. `take` follows a `hasToken` that said yes, for the same client and moment. */
interface Bucket {
  readonly reason: RateReason;
  hasToken(client: string | undefined, now: number): boolean;
  take(client: string | undefined, now: number): void;
}

export class Rates {
  readonly #buckets: readonly Bucket[];
  readonly #epoch: number;

  constructor({ service, source, network }: RateLimits, sources: Sources) {
    this.#epoch = sources.epoch;
    this.#buckets = [
      ...(source === undefined ? [] : [sourceBucket('rate_limit_source', source, undefined, sources)]),
      ...(network === undefined ? [] : [sourceBucket('rate_limit_network', network, network.prefixes, sources)]),
      ...(service === undefined ? [] : [serviceBucket(service)]),
    ];
  }

  /**
   * Counts a connection, or says which rate it is over.
   * @param client its address; undefined where it is not known, and then only the rate of the service holds
   * @param time milliseconds since the epoch
   */
  refusal(client: string | undefined, time: number): RateReason | undefined {
    const now = time - this.#epoch;
    for (const bucket of this.#buckets) if (!bucket.hasToken(client, now)) return bucket.reason;
    for (const bucket of this.#buckets) bucket.take(client, now);
    return undefined;
  }
}

function serviceBucket(rate: Rate): Bucket {
  const pace = new Pace(rate);
  let fullAt: number | undefined;
  return {
    reason: 'rate_limit',
    hasToken: (_, now) => {
      fullAt = pace.settle(fullAt, now);
      return pace.hasToken(fullAt, now);
    },
    take: (_, now) => {
      fullAt = pace.take(pace.settle(fullAt, now));
    },
  };
}

function sourceBucket(
  reason: RateReason,
  rate: Rate,
  prefixes: NetworkRate['prefixes'] | undefined,
  sources: Sources,
): Bucket {
  const pace = new Pace(rate);
  const limit = sources.newLimit();
  return {
    reason,
    hasToken: (client, now) => {
      if (client === undefined || !writeSourceKey(sources.key, client, prefixes)) return true;
      const known = sources.recall(limit);
      if (known === undefined) return true;
      const fullAt = pace.settle(known, now);
      if (pace.hasToken(fullAt, now)) return true;
      // What a clock that was set back has made of it has to be kept, or it would begin anew with each attempt.
      if (fullAt !== known) sources.remember(limit, fullAt, now);
      return false;
    },
    take: (client, now) => {
      if (client === undefined || !writeSourceKey(sources.key, client, prefixes)) return;
      sources.remember(limit, pace.take(pace.settle(sources.recall(limit), now)), now);
    },
  };
}
