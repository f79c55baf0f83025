/** Which refused clients have a line: all at ordinary rates, and some of each second in a flood. */
import { beforeEach, expect, test } from 'vitest';

import { mostRefusalsAtOnce, mostRefusalsPerSecond, RefusalLines } from '../../../src/daemon/refusal-lines.ts';

let now: number;
let timers: (() => void)[];
let told: string[];
let lines: RefusalLines<string>;

beforeEach(() => {
  now = 1_000_000;
  timers = [];
  told = [];
  lines = new RefusalLines(
    () => now,
    (reason, clients) => void told.push(`${clients} ${reason}`),
    (job) => {
      timers.push(job);
      return () => void timers.splice(timers.indexOf(job), 1);
    },
  );
});

/** How many of so many have a line. */
function come(
  count: number,
  address: (at: number) => string | undefined = () => '192.0.2.1',
  reason = 'address',
): number {
  let have = 0;
  for (let at = 0; at < count; at++) if (lines.has(reason, address(at))) have++;
  return have;
}

function second(): void {
  now += 1000;
  for (const job of timers.splice(0)) job();
}

/** All that may come at once have come. */
function exhaust(): void {
  expect(come(mostRefusalsAtOnce)).toBe(mostRefusalsAtOnce);
}

test('a thousand at once, and a hundred a second for ever, have a line each', () => {
  exhaust();
  for (let seconds = 0; seconds < 100; seconds++) {
    now += 1000;
    expect(come(mostRefusalsPerSecond)).toBe(mostRefusalsPerSecond);
  }
  expect([told, timers]).toEqual([[], []]);
});

test('in a flood an address has a line a second, and the others are counted by reasons', () => {
  exhaust();
  expect(come(500)).toBe(1);
  expect(come(7, undefined, 'libwrap')).toBe(0);
  expect(come(3, () => '192.0.2.2')).toBe(1);
  expect(come(2, () => undefined)).toBe(1);
  expect(told).toEqual([]);
  second();
  expect(told).toEqual(['502 address', '7 libwrap']);
  expect(come(5)).toBe(1);
});

test('many addresses have a hundred lines a second together', () => {
  exhaust();
  expect(come(5000, (at) => `2001:db8::${at}`)).toBe(mostRefusalsPerSecond);
  second();
  expect(come(5000, (at) => `2001:db8::${at}`)).toBe(mostRefusalsPerSecond);
  second();
  expect(told).toEqual(['4900 address', '4900 address']);
});

test('it is over with a second of no more than a hundred, and a thousand may come again in time', () => {
  exhaust();
  come(500);
  second();
  come(mostRefusalsPerSecond + 1);
  second();
  expect(come(mostRefusalsPerSecond)).toBe(1);
  second();
  expect(told).toEqual(['499 address', '100 address', '99 address']);
  expect(timers).toEqual([]);
  expect(come(mostRefusalsPerSecond)).toBe(mostRefusalsPerSecond);
  now += 60_000;
  exhaust();
});

test('what was counted is told at the end, and when the log becomes another one', () => {
  exhaust();
  come(11);
  lines.tell();
  come(5);
  lines.close();
  expect(told).toEqual(['10 address', '5 address']);
  expect(timers).toEqual([]);
});

test('a clock that is set back gives nothing and takes nothing', () => {
  exhaust();
  now -= 3_600_000;
  expect(come(1)).toBe(1);
  expect(come(2)).toBe(0);
});
