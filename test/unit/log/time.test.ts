import { expect, test } from 'vitest';

import { oncePerSecond, syslogTime, xinetdTime } from '../../../src/log/time.ts';

test('xinetd pads the time and the year, not the month and the day', () => {
  expect(xinetdTime(new Date(2026, 0, 5, 9, 8, 7))).toBe('26/1/5@09:08:07');
  expect(xinetdTime(new Date(2006, 10, 20, 10, 1, 34))).toBe('06/11/20@10:01:34');
});

test('syslog pads the day with a blank', () => {
  expect(syslogTime(new Date(2026, 10, 5, 1, 2, 3))).toBe('Nov  5 01:02:03');
});

test('a time is made once for each second', () => {
  const made: number[] = [];
  const time = oncePerSecond((date) => {
    made.push(date.getTime());
    return String(date.getTime());
  });
  expect([time(5000), time(5999), time(6000)]).toEqual(['5000', '5000', '6000']);
  expect(made).toEqual([5000, 6000]);
});
