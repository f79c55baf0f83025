import { expect, test } from 'vitest';

import { withinTimes } from '../../../src/access/mod.ts';

const at = (hour: number, minute = 0): number => hour * 60 + minute;

test('both ends of a range are included', () => {
  const office = [{ from: at(8), to: at(17, 30) }];
  expect(withinTimes(office, at(7, 59))).toBe(false);
  expect(withinTimes(office, at(8))).toBe(true);
  expect(withinTimes(office, at(17, 30))).toBe(true);
  expect(withinTimes(office, at(17, 31))).toBe(false);
});

test('a range may span midnight', () => {
  const night = [{ from: at(22), to: at(6) }];
  expect(withinTimes(night, at(23))).toBe(true);
  expect(withinTimes(night, at(0))).toBe(true);
  expect(withinTimes(night, at(6))).toBe(true);
  expect(withinTimes(night, at(12))).toBe(false);
});

test('a range to 24:00 lasts until the day ends', () => {
  expect(withinTimes([{ from: at(20), to: at(24) }], at(23, 59))).toBe(true);
  expect(withinTimes([{ from: at(20), to: at(24) }], at(0))).toBe(false);
});

test('any of several ranges is enough', () => {
  const meals = [
    { from: at(12), to: at(13) },
    { from: at(18), to: at(19) },
  ];
  expect(withinTimes(meals, at(18, 30))).toBe(true);
  expect(withinTimes(meals, at(15))).toBe(false);
});
