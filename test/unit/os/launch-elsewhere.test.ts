/** A launch on another thread is the same launch: order, result, and what it leaves of the daemon. */
import { constants } from 'node:os';
import { expect, test } from 'vitest';

import { isRoot } from './fixture.ts';
import { catOfProc, launchOnce, shell, statusField } from './server.ts';

const elsewhere = { elsewhere: true };

test('the server gets arguments, environment, directory and umask', () => {
  const { output, launched, exits } = shell('echo "$A $B $(pwd) $(umask)"; exit 5', {
    ...elsewhere,
    connectionEnvironment: ['B=two'],
    plan: { environment: ['A=one'], workingDirectory: '/usr', umask: 0o027 },
  });
  expect(output).toBe('one two /usr 0027\n');
  expect(exits).toMatchObject([{ pid: launched.ok ? launched.pid : 0, ending: { kind: 'status', status: 5 } }]);
});

test('signals are at their defaults and none is blocked, in the server and in the daemon', () => {
  const { output, daemon } = catOfProc(['status'], { ...elsewhere, handler: true });
  expect(statusField(output, 'SigBlk')).toBe('0000000000000000');
  expect(statusField(output, 'SigCgt')).toBe('0000000000000000');
  expect(daemon.blocked).toBe('0000000000000000');
  expect(daemon.interrupted).toBe(1);
});

test('a failure has its step and errno, and leaves no child', () => {
  const { launched, exits, daemon } = launchOnce({ ...elsewhere, plan: { program: '/nonexistent/server' } });
  expect(launched).toEqual({ ok: false, step: 'exec', errno: constants.errno.ENOENT });
  expect({ exits, children: daemon.children }).toEqual({ exits: [], children: '' });
});

test.skipIf(!isRoot)('ids change in the server and in no thread of the daemon (needs root)', () => {
  const { output, daemon } = shell('id -u; id -g; id -G', {
    ...elsewhere,
    plan: { identity: { uid: 65534, gid: 65533, groups: [1, 2] } },
  });
  expect(output).toBe('65534\n65533\n65533 1 2\n');
  expect(new Set(daemon.uids).size).toBe(1);
});
