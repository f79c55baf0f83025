import { expect, test } from 'vitest';

import { StartRate } from '../../../src/limit/mod.ts';

test('the start after N in a minute has to wait until the minute is over', () => {
  const rate = new StartRate(2);
  expect(rate.admit(1000)).toBe(0);
  expect(rate.admit(1010)).toBe(0);
  expect(rate.admit(1020)).toBe(40);
  expect(rate.admit(1059.5)).toBe(0.5);
});

test('a start that had to wait was not counted, and the next minute is free', () => {
  const rate = new StartRate(1);
  rate.admit(0);
  rate.admit(30);
  expect(rate.admit(60)).toBe(0);
  expect(rate.admit(61)).toBe(59);
});

test('a clock that is set back by an hour does not make anyone wait for an hour', () => {
  const rate = new StartRate(2);
  expect([10_000, 10_001].map((second) => rate.admit(second))).toEqual([0, 0]);
  expect(rate.admit(6400)).toBe(0);
  expect(rate.admit(6400)).toBe(0);
  expect(rate.admit(6401)).toBe(59);
});
