import { expect, test } from 'vitest';

import { takeSupervisorFacts } from '../../../src/supervisor/mod.ts';

test('an environment without a supervisor says nothing', () => {
  expect(takeSupervisorFacts({ PATH: '/bin' }, 7)).toEqual({
    notifySocket: undefined,
    watchdogMilliseconds: undefined,
    passed: [],
    complaints: [],
  });
});

test('the variables are taken out, for another process too, and nothing else is', () => {
  const environment = {
    PATH: '/bin',
    NOTIFY_SOCKET: '/run/n',
    WATCHDOG_USEC: '3000000',
    WATCHDOG_PID: '8',
    LISTEN_FDS: '1',
    LISTEN_PID: '8',
  };
  takeSupervisorFacts(environment, 7);
  expect(environment).toEqual({ PATH: '/bin' });
});

test.each([
  ['for this process', '7', 3000],
  ['for nobody in particular', undefined, 3000],
  ['for another process', '8', undefined],
] as const)('a watchdog %s', (_, pid, milliseconds) => {
  const environment = { WATCHDOG_USEC: '3000000', ...(pid === undefined ? {} : { WATCHDOG_PID: pid }) };
  expect(takeSupervisorFacts(environment, 7).watchdogMilliseconds).toBe(milliseconds);
});

test.each(['0', '-1', '', '1e6', '3s', '123456789012345678901'])('no watchdog of %j microseconds', (text) => {
  const { watchdogMilliseconds, complaints } = takeSupervisorFacts({ WATCHDOG_USEC: text }, 7);
  expect(watchdogMilliseconds).toBeUndefined();
  expect(complaints).toHaveLength(1);
});

test.each(['/run/systemd/notify', '@abstract', `/${'x'.repeat(106)}`])('a socket at %s', (address) => {
  expect(takeSupervisorFacts({ NOTIFY_SOCKET: address }, 7).notifySocket).toBe(address);
});

test.each(['', '/', '@', 'relative', 'vsock:2:99', `/${'x'.repeat(107)}`])('no socket at %s', (address) => {
  const { notifySocket, complaints } = takeSupervisorFacts({ NOTIFY_SOCKET: address }, 7);
  expect(notifySocket).toBeUndefined();
  expect(complaints).toHaveLength(1);
});

const listening = { LISTEN_FDS: '2', LISTEN_PID: '7' };

test('descriptors begin at 3, with their names', () => {
  const { passed } = takeSupervisorFacts({ ...listening, LISTEN_FDNAMES: 'echo:' }, 7);
  expect(passed).toEqual([
    { number: 3, name: 'echo' },
    { number: 4, name: '' },
  ]);
});

test('descriptors may have no names, and names that are too many or too few are not looked at', () => {
  const nameless = [
    { number: 3, name: undefined },
    { number: 4, name: undefined },
  ];
  expect(takeSupervisorFacts({ ...listening }, 7)).toMatchObject({ passed: nameless, complaints: [] });
  const { passed, complaints } = takeSupervisorFacts({ ...listening, LISTEN_FDNAMES: 'a:b:c' }, 7);
  expect(passed).toEqual(nameless);
  expect(complaints).toHaveLength(1);
});

test('descriptors that are meant for another process, or for nobody, are not ours', () => {
  expect(takeSupervisorFacts({ ...listening }, 8)).toMatchObject({ passed: [], complaints: [] });
  expect(takeSupervisorFacts({ LISTEN_FDS: '2' }, 8)).toMatchObject({ passed: [], complaints: [] });
});

test.each(['-1', '1.5', '', 'two', '9999999'])('no descriptors for LISTEN_FDS=%s', (count) => {
  const { passed, complaints } = takeSupervisorFacts({ ...listening, LISTEN_FDS: count }, 7);
  expect(passed).toEqual([]);
  expect(complaints).toHaveLength(1);
});
