import { expect, test } from 'vitest';

import { serviceLine } from '../../../src/log/mod.ts';
import type { ExitFacts, FailureFlag, ServiceRecord, SuccessFlag } from '../../../src/model/mod.ts';

const flags = (success: readonly SuccessFlag[], failure: readonly FailureFlag[] = []) => ({
  onSuccess: new Set(success),
  onFailure: new Set(failure),
});

const start: ServiceRecord = { event: 'start', pid: 42, from: '192.0.2.1' };
const fail: ServiceRecord = { event: 'fail', reason: 'connections per second', from: '::1' };

function exit(ending: ExitFacts['ending'], peakMemoryIsBound = false): Extract<ServiceRecord, { event: 'exit' }> {
  return {
    event: 'exit',
    seconds: 3.99,
    timedOut: false,
    facts: { pid: 42, ending, cpuSeconds: 0.0126, peakMemory: 3 * 1024 * 1024, peakMemoryIsBound },
  };
}

test('START has the fields that the flags ask for', () => {
  expect(serviceLine('echo', flags(['PID', 'HOST']), start)).toBe('START: echo pid=42 from=192.0.2.1');
  expect(serviceLine('echo', flags(['HOST']), start)).toBe('START: echo from=192.0.2.1');
  expect(serviceLine('echo', flags(['DURATION']), start)).toBe('START: echo');
});

test('an unknown client is <no address>', () => {
  expect(serviceLine('w', flags(['HOST']), { ...start, from: undefined })).toBe('START: w from=<no address>');
});

test('without a success flag there is neither START nor EXIT', () => {
  expect(serviceLine('echo', flags([]), start)).toBeUndefined();
  expect(serviceLine('echo', flags([]), exit({ kind: 'status', status: 0 }))).toBeUndefined();
});

test('EXIT has status or signal, then pid, then whole seconds', () => {
  const all = flags(['PID', 'EXIT', 'DURATION']);
  expect(serviceLine('s', all, exit({ kind: 'status', status: 7 }))).toBe('EXIT: s status=7 pid=42 duration=3(sec)');
  expect(serviceLine('s', all, exit({ kind: 'signal', signal: 9 }))).toBe('EXIT: s signal=9 pid=42 duration=3(sec)');
  expect(serviceLine('s', flags(['PID', 'DURATION']), exit({ kind: 'status', status: 0 }))).toBe(
    'EXIT: s pid=42 duration=3(sec)',
  );
});

test('PID and HOST alone ask for no EXIT line', () => {
  expect(serviceLine('s', flags(['PID', 'HOST']), exit({ kind: 'status', status: 0 }))).toBeUndefined();
});

test('USAGE adds processor time and peak memory', () => {
  expect(serviceLine('s', flags(['EXIT', 'USAGE']), exit({ kind: 'status', status: 0 }))).toBe(
    'EXIT: s status=0 cpu=0.013(sec) memory=3072(kB)',
  );
});

test('a peak that only the daemon itself is known to exceed is a bound', () => {
  expect(serviceLine('s', flags(['USAGE']), exit({ kind: 'status', status: 0 }, true))).toBe(
    'EXIT: s cpu=0.013(sec) memory<=3072(kB)',
  );
});

test('FAIL has its reason in xinetd words, and the client only with HOST', () => {
  expect(serviceLine('s', flags([], ['HOST', 'ATTEMPT']), fail)).toBe('FAIL: s connections per second from=::1');
  expect(serviceLine('s', flags([], ['ATTEMPT']), fail)).toBe('FAIL: s connections per second');
  expect(serviceLine('s', flags(['PID'], []), fail)).toBeUndefined();
});

test('a server during whose life the clock was set back has run for no time, not for less', () => {
  const record = { ...exit({ kind: 'status', status: 0 }), seconds: -3600.5 };
  expect(serviceLine('s', flags(['DURATION']), record)).toBe('EXIT: s duration=0(sec)');
});

test('EXIT of a server whose time was up ends in a word behind what xinetd writes', () => {
  const record = { ...exit({ kind: 'signal', signal: 15 }), timedOut: true } as const;
  expect(serviceLine('s', flags(['PID', 'EXIT', 'DURATION']), record)).toBe(
    'EXIT: s signal=15 pid=42 duration=3(sec) timeout',
  );
  expect(serviceLine('s', flags(['PID']), record)).toBeUndefined();
});
