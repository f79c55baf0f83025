/** Who has touched a sensor: until when, and how many are remembered. */
import { expect, test } from 'vitest';

import { DeniedClients } from '../../../src/access/mod.ts';

test('a client is denied for its minutes, and longer when it comes again', () => {
  const denied = new DeniedClients();
  denied.add('192.0.2.1', 1, 1000);
  expect([denied.has('192.0.2.1', 60_999), denied.has('192.0.2.2', 1000)]).toEqual([true, false]);
  denied.add('192.0.2.1', 1, 50_000);
  expect([denied.has('192.0.2.1', 109_999), denied.has('192.0.2.1', 110_000)]).toEqual([true, false]);
  expect(denied.size, 'forgotten when its time was over').toBe(0);
});

test('FOREVER does not end', () => {
  const denied = new DeniedClients();
  denied.add('192.0.2.1', 'FOREVER', 0);
  expect(denied.has('192.0.2.1', Number.MAX_SAFE_INTEGER)).toBe(true);
});

test('of too many the earliest is forgotten, and who comes again is not the earliest any more', () => {
  const denied = new DeniedClients(2);
  for (const address of ['a', 'b', 'a', 'c']) denied.add(address, 1, 0);
  expect(['a', 'b', 'c'].map((address) => denied.has(address, 1))).toEqual([true, false, true]);
  expect(denied.size).toBe(2);
});
