/** The bytes of the internal services, to the letter of xinetd. */
import { describe, expect, test } from 'vitest';

import { generated, generatedDatagram } from '../../../src/worker/builtin/chargen.ts';
import { daytime, time } from '../../../src/worker/builtin/text.ts';

describe('daytime', () => {
  test('has two digits for day, hour, minute and second, and capitals for the month', () => {
    expect(daytime(new Date(2026, 2, 4, 5, 6, 7), 'CET').toString()).toBe('04 MAR 2026 05:06:07 CET\r\n');
  });

  test.each(['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'])('%s', (month) => {
    const date = new Date(`1 ${month} 2026 00:00:00`);
    expect(daytime(date, 'UTC').toString()).toBe(`01 ${month} 2026 00:00:00 UTC\r\n`);
  });
});

test.each([
  // The examples of RFC 868.
  ['1970-01-01T00:00:00Z', 2_208_988_800],
  ['1976-01-01T00:00:00Z', 2_398_291_200],
  ['1980-01-01T00:00:00Z', 2_524_521_600],
  ['1983-05-01T00:00:00Z', 2_629_584_000],
  ['2036-02-07T06:28:16Z', 0],
])('time at %s is %i', (date, seconds) => {
  expect(time(new Date(date)).readUInt32BE()).toBe(seconds);
});

describe('chargen', () => {
  const lines = generated.toString('latin1').split('\r\n').slice(0, -1);

  test('has as many lines as the ring has characters, each of 72', () => {
    expect(lines).toHaveLength(93);
    expect(new Set(lines.map(({ length }) => length))).toEqual(new Set([72]));
    expect(lines[0]).toMatch(/^!"#\$%&'.*gh$/);
  });

  test('each line begins one further, also over the end of the ring and of the block', () => {
    for (const [number, line] of lines.entries()) {
      expect(lines[(number + 1) % lines.length]?.slice(0, -1)).toBe(line.slice(1));
    }
  });

  test('a datagram has 1024 bytes and ends with a line', () => {
    expect(generatedDatagram).toHaveLength(1024);
    expect(generatedDatagram.subarray(0, 1022).equals(generated.subarray(0, 1022))).toBe(true);
    expect(generatedDatagram.toString('latin1').endsWith('\r\n')).toBe(true);
  });
});
