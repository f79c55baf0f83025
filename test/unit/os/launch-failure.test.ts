/** A launch that fails says at which step and why, and leaves no child behind. */
import { constants } from 'node:os';
import { expect, test } from 'vitest';

import type { LaunchPlan } from '../../../src/model/mod.ts';
import { isRoot } from './fixture.ts';
import { type Job, launchOnce, type Report } from './server.ts';

const { errno } = constants;

function failed(plan: Partial<LaunchPlan>, rest: Job = {}): Report['launched'] {
  const { launched, exits, daemon } = launchOnce({ ...rest, plan });
  expect({ exits, children: daemon.children }).toEqual({ exits: [], children: '' });
  return launched;
}

test('a missing program fails at exec with ENOENT', () => {
  expect(failed({ program: '/nonexistent/server' })).toEqual({ ok: false, step: 'exec', errno: errno.ENOENT });
});

test('a program without execute permission fails at exec with EACCES', () => {
  expect(failed({ program: '/etc/passwd' })).toEqual({ ok: false, step: 'exec', errno: errno.EACCES });
});

test('an environment beyond the kernel’s bounds fails at exec with E2BIG', () => {
  expect(failed({}, { bulk: 200_000 })).toEqual({ ok: false, step: 'exec', errno: errno.E2BIG });
});

test('a missing working directory fails at directory', () => {
  expect(failed({ workingDirectory: '/nonexistent' })).toEqual({ ok: false, step: 'directory', errno: errno.ENOENT });
});

test('a missing root directory fails at root, before the user is changed', (context) => {
  context.skip(!isRoot, 'needs root: chroot');
  const identity = { uid: 4001, gid: 4002, groups: [] };
  const launched = failed({ identity, rootDirectory: '/nonexistent' });
  expect(launched).toEqual({ ok: false, step: 'root', errno: errno.ENOENT });
});

test('another root directory fails at root for an ordinary user', (context) => {
  context.skip(isRoot, 'needs an ordinary user');
  expect(failed({ rootDirectory: '/' })).toEqual({ ok: false, step: 'root', errno: errno.EPERM });
});

test('a descriptor that is not open fails at descriptors', () => {
  const launched = failed({}, { descriptors: [999, 999, 999] });
  expect(launched).toEqual({ ok: false, step: 'descriptors', errno: errno.EBADF });
});

test('a resource limit that the kernel refuses fails at limits', () => {
  const launched = failed({ resourceLimits: [{ name: 'nofile', value: 2 ** 40 }] });
  expect(launched).toEqual({ ok: false, step: 'limits', errno: errno.EPERM });
});

test('ids that the kernel refuses fail at group, groups and user', (context) => {
  context.skip(!isRoot, 'needs root: changes ids');
  const invalid = 2 ** 32 - 1;
  const good = { uid: 4001, gid: 4002, groups: [] };
  const refused = { ok: false, errno: errno.EINVAL };
  expect(failed({ identity: { ...good, gid: invalid } })).toEqual({ ...refused, step: 'group' });
  expect(failed({ identity: { ...good, groups: [1, invalid] } })).toEqual({ ...refused, step: 'groups' });
  expect(failed({ identity: { ...good, uid: invalid } })).toEqual({ ...refused, step: 'user' });
});

test('another group fails at group for an ordinary user', (context) => {
  context.skip(isRoot, 'needs an ordinary user');
  const launched = failed({ identity: { uid: 4001, gid: 4002, groups: [] } });
  expect(launched).toEqual({ ok: false, step: 'group', errno: errno.EPERM });
});

test('a NUL character in a variable is refused before anything starts', () => {
  expect(() => launchOnce({ connectionEnvironment: ['A=1\0B=2'] })).toThrow(/SystemError.*EINVAL/s);
  expect(() => launchOnce({ plan: { argv: ['cat', 'a\0b'] } })).toThrow(/SystemError.*EINVAL/s);
});
