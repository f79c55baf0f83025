import { expect, test } from 'vitest';

import { ServiceCounters } from '../../../src/metrics/mod.ts';
import type { ExitRecord, ServiceRecord } from '../../../src/model/mod.ts';

function countersOf(...records: readonly ServiceRecord[]): ServiceCounters {
  const counters = new ServiceCounters();
  for (const record of records) counters.count(record);
  return counters;
}

function exit(ending: ExitRecord['facts']['ending'], more: Partial<ExitRecord> = {}): ExitRecord {
  return { event: 'exit', facts: { pid: 42, ending, cpuSeconds: 0.02 }, seconds: 2, timedOut: false, ...more };
}

test('refused clients are counted by their reason, those that no ident server names too', () => {
  const { refused } = countersOf(
    { event: 'fail', reason: 'address', from: '192.0.2.1' },
    { event: 'fail', reason: 'address', from: undefined },
    { event: 'fail', reason: 'exec', from: undefined },
    { event: 'noid', reason: 'no server', from: '192.0.2.1' },
  );
  expect(Object.fromEntries(refused)).toEqual({ address: 2, exec: 1, noid: 1 });
});

test('an end is by status 0, by another status or by a signal, and a timeout is counted on top', () => {
  const counters = countersOf(
    exit({ kind: 'status', status: 0 }),
    exit({ kind: 'status', status: 1 }),
    exit({ kind: 'signal', signal: 15 }, { timedOut: true }),
    exit({ kind: 'signal', signal: 9 }),
  );
  expect(counters).toMatchObject({ endedWithZero: 1, endedWithStatus: 1, endedBySignal: 2, timedOut: 1, ended: 4 });
});

test('a launch is timed where there was a process to launch', () => {
  const counters = countersOf(
    { event: 'start', pid: 1, from: undefined, launchSeconds: 0.0004 },
    { event: 'start', pid: 0, from: '192.0.2.1' },
  );
  expect(counters.started).toBe(2);
  expect(counters.launches.count).toBe(1);
  expect(counters.launches.sum).toBeCloseTo(0.0004);
});

test('durations and processor time are histograms whose buckets hold all that is at most their bound', () => {
  const { durations, cpu } = countersOf(
    exit({ kind: 'status', status: 0 }, { seconds: 0.05 }),
    exit({ kind: 'status', status: 0 }, { seconds: 2_000_000 }),
    exit({ kind: 'status', status: 0 }, { seconds: -3 }),
  );
  const at = (bound: number): number | undefined => durations.cumulative[durations.bounds.indexOf(bound)];
  expect([at(0.001), at(0.01), at(0.05), at(86_400), durations.cumulative.at(-1)]).toEqual([1, 1, 2, 2, 3]);
  expect(durations.sum).toBeCloseTo(2_000_000.05);
  expect(cpu.count).toBe(3);
});

test('bytes are those of connections that have ended', () => {
  const carried = { received: 7, sent: 9 };
  const counters = countersOf(
    { event: 'traffic', ...carried },
    exit({ kind: 'status', status: 0 }, { facts: { pid: 1, ending: { kind: 'status', status: 0 } }, carried }),
  );
  expect(counters).toMatchObject({ received: 7, sent: 9 });
  expect(counters.cpu.count).toBe(0);
});
