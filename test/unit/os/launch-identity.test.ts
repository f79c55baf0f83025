/** The ids a launched server has. Only root can give others than its own. */
import { expect, type TestContext, test } from 'vitest';

import { isRoot } from './fixture.ts';
import { catOfProc, statusField } from './server.ts';

const rootOnly = (context: TestContext): void => context.skip(!isRoot, 'needs root: changes ids');
const someone = { uid: 4001, gid: 4002 };

test('user, group and supplementary groups are those of the plan, in all their kinds', (context) => {
  rootOnly(context);
  const { output } = catOfProc(['status'], { plan: { identity: { ...someone, groups: [4005, 4003] } } });
  expect(statusField(output, 'Uid')).toBe('4001\t4001\t4001\t4001');
  expect(statusField(output, 'Gid')).toBe('4002\t4002\t4002\t4002');
  expect(statusField(output, 'Groups')?.split(' ').map(Number).toSorted()).toEqual([4003, 4005]);
});

test('an empty list drops all supplementary groups', (context) => {
  rootOnly(context);
  expect(statusField(catOfProc(['status'], { plan: { identity: { ...someone, groups: [] } } }).output, 'Groups')).toBe(
    '',
  );
});

test('without a list the supplementary groups are the daemon’s', (context) => {
  rootOnly(context);
  const { output, daemon } = catOfProc(['status'], { plan: { identity: { ...someone, groups: undefined } } });
  expect(statusField(output, 'Groups')).toBe(daemon.groups);
});

test('a server under another user has no capabilities', (context) => {
  rootOnly(context);
  const { output } = catOfProc(['status'], { plan: { identity: { ...someone, groups: [] } } });
  for (const name of ['CapPrm', 'CapEff', 'CapAmb']) expect(statusField(output, name)).toMatch(/^0+$/);
});

test('no thread of the daemon changes its user', (context) => {
  rootOnly(context);
  const { daemon } = catOfProc(['status'], { plan: { identity: { ...someone, groups: [] } } });
  expect(daemon.uids.length).toBeGreaterThan(1);
  expect(new Set(daemon.uids)).toEqual(new Set(['0\t0\t0\t0']));
});

test('a nice value that the server’s user may not have is passed over, as xinetd does', (context) => {
  rootOnly(context);
  const { launched } = catOfProc(['status'], { plan: { nice: -5, identity: { ...someone, groups: [] } } });
  expect(launched.ok).toBe(true);
});
