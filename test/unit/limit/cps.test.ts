import { expect, test } from 'vitest';

import { CpsWindow } from '../../../src/limit/mod.ts';

const admitted = (most: number, seconds: readonly number[]): boolean[] => {
  const window = new CpsWindow(most);
  return seconds.map((second) => window.admit(second));
};

test('the connection after N in one second goes over', () => {
  expect(admitted(2, [100, 100, 100])).toEqual([true, true, false]);
});

test('a steady stream below N a second is within the limit', () => {
  const seconds = Array.from({ length: 120 }, (_, index) => 100 + Math.floor(index / 2));
  expect(admitted(4, seconds)).not.toContain(false);
});

test('the second after a full one trips early, since its elapsed time is one second, as under xinetd', () => {
  expect(admitted(2, [100, 100, 101])).toEqual([true, true, false]);
});

test('N is also the seconds of the average, so a burst after a quiet time is forgiven', () => {
  const quiet = [100, 110];
  const burst = Array.from({ length: 60 }, () => 111);
  expect(admitted(50, [...quiet, ...burst])).not.toContain(false);
});

test('the average is not forgiving without end', () => {
  const burst = Array.from({ length: 600 }, () => 110);
  expect(admitted(50, [100, ...burst])).toContain(false);
});

test('after a reset counting starts anew', () => {
  const window = new CpsWindow(1);
  window.admit(5);
  expect(window.admit(5)).toBe(false);
  window.reset();
  expect(window.admit(5)).toBe(true);
});

test('a clock that is set back does not make a slow stream look fast', () => {
  const hourBack = Array.from({ length: 60 }, (_, index) => 6400 + index);
  expect(admitted(5, [10_000, 10_001, ...hourBack])).not.toContain(false);
});
