/** Whatever comes and whenever: no more is let through than the rates say, and no more is remembered than was promised. */
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { Rates, Sources, WaitingLine } from '../../src/limit/mod.ts';
import type { Rate } from '../../src/model/mod.ts';

const random = (words: Uint32Array): void => void crypto.getRandomValues(words);

const rate: fc.Arbitrary<Rate> = fc.record({
  count: fc.integer({ min: 1, max: 1000 }),
  periodSeconds: fc.constantFrom(1, 7, 60, 3600),
  burst: fc.integer({ min: 1, max: 50 }),
});
/** Milliseconds since the connection before, with fractions; often none. */
const gap = fc.oneof(
  fc.constant(0),
  fc.double({ min: 0, max: 3000, noNaN: true }),
  fc.integer({ min: 0, max: 100_000 }),
);

test('in no stretch of time does a rate let through more than the burst and what comes in that time', () => {
  fc.assert(
    fc.property(rate, fc.array(gap, { minLength: 1, maxLength: 200 }), (limit, gaps) => {
      const rates = new Rates({ service: limit, source: undefined, network: undefined }, new Sources(random, 0));
      const through: number[] = [];
      let now = 0;
      for (const wait of gaps) {
        now += wait;
        if (rates.refusal(undefined, now) === undefined) through.push(now);
      }
      for (const [first, from] of through.entries()) {
        for (let last = first; last < through.length; last++) {
          const gained = (((through[last] ?? 0) - from) / 1000 / limit.periodSeconds) * limit.count;
          expect(last - first + 1).toBeLessThanOrEqual(limit.burst + gained + 0.01);
        }
      }
    }),
  );
});

test('a client that keeps to its rate is never refused, whatever others do', () => {
  fc.assert(
    fc.property(
      rate,
      fc.array(fc.tuple(gap, fc.integer({ min: 0, max: 20 })), { maxLength: 100 }),
      (source, events) => {
        const rates = new Rates({ service: undefined, source, network: undefined }, new Sources(random, 0, 64));
        const interval = (source.periodSeconds * 1000) / source.count;
        let now = 0;
        for (const [wait, others] of events) {
          now += Math.max(wait, interval);
          for (let other = 0; other < others; other++) rates.refusal(`10.0.0.${other % 3}`, now);
          expect(rates.refusal('192.0.2.1', now)).toBe(undefined);
        }
      },
    ),
  );
});

test('the table behaves like a map of so many entries that forgets the one that was used longest ago', () => {
  const step = fc.record({
    source: fc.integer({ min: 0, max: 40 }),
    limit: fc.integer({ min: 1, max: 2 }),
    fullAt: fc.integer({ min: 1000, max: 2000 }),
    recallOnly: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 17 }), fc.array(step, { maxLength: 300 }), (most, steps) => {
      const sources = new Sources(random, 0, most);
      const model = new Map<string, number>();
      for (const { source, limit, fullAt, recallOnly } of steps) {
        sources.key.fill(source);
        const key = `${source} ${limit}`;
        const known = model.get(key);
        expect(sources.recall(limit)).toBe(known);
        if (known !== undefined) {
          model.delete(key);
          model.set(key, known);
        }
        if (recallOnly) continue;
        sources.remember(limit, fullAt, 0);
        model.delete(key);
        if (model.size === most) model.delete(model.keys().next().value ?? '');
        model.set(key, fullAt);
        expect(sources.size).toBe(model.size);
        expect(sources.size).toBeLessThanOrEqual(most);
      }
    }),
  );
});

test('a waiting line behaves like an array', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('push' as const), gap: fc.nat(5) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('shift' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('expire' as const), age: fc.nat(20) }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('sift' as const), divisor: fc.integer({ min: 1, max: 4 }) }),
    },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const line = new WaitingLine<number>();
      let model: { waiter: number; since: number }[] = [];
      let now = 0;
      for (const [waiter, each] of steps.entries()) {
        if (each.kind === 'push') {
          now += each.gap;
          line.push(waiter, now);
          model.push({ waiter, since: now });
        } else if (each.kind === 'shift') {
          expect(line.shift()).toBe(model.shift()?.waiter);
        } else if (each.kind === 'expire') {
          const due = model.filter(({ since }) => since <= now - each.age);
          expect(line.expire(now - each.age)).toEqual(due.map((place) => place.waiter));
          model = model.slice(due.length);
        } else {
          const keeps = (one: number): boolean => one % each.divisor === 0;
          expect(line.sift(keeps)).toEqual(model.map((place) => place.waiter).filter((one) => !keeps(one)));
          model = model.filter((place) => keeps(place.waiter));
        }
        expect(line.size).toBe(model.length);
        expect(line.since).toBe(model[0]?.since);
      }
    }),
  );
});

test('a waiting line that is never empty does not grow with those who have left it', () => {
  const line = new WaitingLine<number>();
  for (let waiter = 0; waiter < 100_000; waiter++) {
    line.push(waiter, waiter);
    if (waiter >= 10) expect(line.shift()).toBe(waiter - 10);
  }
  expect(line.size).toBe(10);
});
