/** Exits of servers: how they ended, what they used, and that none is missed or left over. */
import { expect, test } from 'vitest';

import { signalGroup, signalProcess } from '../../../src/os/mod.ts';
import { resultOf, runFixture } from './fixture.ts';
import { shell } from './server.ts';

test('an exit status is reported with its pid', () => {
  const { launched, exits } = shell('exit 7');
  expect(exits).toMatchObject([{ pid: launched.ok ? launched.pid : 0, ending: { kind: 'status', status: 7 } }]);
});

test('a signal is reported as such', () => {
  expect(shell('kill -9 $$').exits).toMatchObject([{ ending: { kind: 'signal', signal: 9 } }]);
});

test('an exit that came before the watch is reported', () => {
  expect(shell('exit 3', { late: true }).exits).toMatchObject([{ ending: { kind: 'status', status: 3 } }]);
});

test('the exit tells the CPU time and the memory that the server used', () => {
  const busy = shell('i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done').exits[0];
  const idle = shell('exit 0').exits[0];
  expect(busy?.cpuSeconds).toBeGreaterThan(idle?.cpuSeconds ?? Infinity);
  expect(idle?.cpuSeconds).toBeGreaterThan(0);
  expect(busy?.peakMemory).toBeGreaterThan(500_000);
});

test.each(['here', 'elsewhere', 'among many'])(
  '200 launches %s, some of which fail, are all collected and leave no zombie and no descriptor',
  (where) => {
    const { started, ended, batches, failures, before, after, children } = resultOf('many', '200', '20', where)
      .result as {
      started: number[];
      ended: number[];
      batches: number;
      failures: number;
      before: number;
      after: number;
      children: string;
    };
    expect(started).toHaveLength(200);
    expect(ended.toSorted((a, b) => a - b)).toEqual(started.toSorted((a, b) => a - b));
    expect(failures).toBe(20);
    expect(batches).toBeLessThanOrEqual(200);
    expect(after).toBe(before);
    expect(children).toBe('');
  },
);

test('a signal to a process or group that is gone answers false', () => {
  const { launched } = shell('exit 0');
  const pid = launched.ok ? launched.pid : 0;
  expect(signalProcess(pid, 'SIGTERM')).toBe(false);
  expect(signalGroup(pid, 'SIGTERM')).toBe(false);
});

test('a signal to oneself arrives, and a pid that would mean everyone is refused', () => {
  expect(signalProcess(process.pid, 'SIGCONT')).toBe(true);
  expect(() => signalProcess(-1, 'SIGCONT')).toThrow(RangeError);
  expect(() => signalProcess(0, 'SIGCONT')).toThrow(RangeError);
  expect(() => signalGroup(1, 'SIGCONT')).toThrow(RangeError);
});

test('a worker thread may end with its watches open', () => {
  expect(runFixture('worker')).toMatchObject({ status: 0, stdout: 'the process goes on\n' });
});
