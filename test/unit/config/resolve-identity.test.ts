import { describe, expect, test } from 'vitest';

import type { Definition } from '../../../src/config/definition.ts';
import { codesOf, definition, inetdLines, onlyLaunch, resolved } from './definitions.ts';
import { fakeSystem } from './fake-system.ts';

const asRoot = fakeSystem();
const asAlice = fakeSystem({ uid: 1000, gid: 1001 });
const line = (user: string): readonly Definition[] => inetdLines(`9000 stream tcp nowait ${user} /bin/cat`);

describe('xinetd.conf, started by root', () => {
  test.each([
    [{ user: 'root' }, { uid: 0, gid: 0, groups: [] }],
    [{ user: 'alice' }, { uid: 1000, gid: 1001, groups: [] }],
    [
      { user: 'alice', groups: true },
      { uid: 1000, gid: 1001, groups: [1001, 24, 27] },
    ],
    [
      { user: 'alice', group: 'staff' },
      { uid: 1000, gid: 50, groups: [] },
    ],
    // initgroups with the group of passwd(5), not with `group`.
    [
      { user: 'alice', group: 'staff', groups: true },
      { uid: 1000, gid: 50, groups: [1001, 24, 27] },
    ],
    [
      { user: 'alice', group: '77' },
      { uid: 1000, gid: 77, groups: [] },
    ],
    // Digits are uid and gid without a look into passwd(5).
    [{ user: '1000' }, { uid: 1000, gid: 1000, groups: [] }],
    [
      { user: '1000', groups: true },
      { uid: 1000, gid: 1000, groups: [1001, 24, 27] },
    ],
    [{ user: '4242' }, { uid: 4242, gid: 4242, groups: [] }],
  ])('%j', async (settings, identity) => {
    expect((await onlyLaunch([definition('x', settings)], asRoot)).identity).toEqual(identity);
  });

  test.each([
    [{ user: 'mallory' }, 'unknown-user'],
    [{ user: '4294967295' }, 'unknown-user'],
    [{ user: '4242', groups: true }, 'unknown-user'],
    [{ user: 'alice', group: 'nogroups' }, 'unknown-group'],
  ])('refused: %j', async (settings, code) => {
    expect(await codesOf([definition('x', settings)], asRoot)).toEqual([code]);
  });
});

describe('inetd.conf, started by root', () => {
  test.each([
    ['alice', { uid: 1000, gid: 1001, groups: [1001, 24, 27] }],
    ['alice.staff', { uid: 1000, gid: 50, groups: [50, 24, 27] }],
    ['alice:staff', { uid: 1000, gid: 50, groups: [50, 24, 27] }],
    ['root', { uid: 0, gid: 0, groups: [0] }],
  ])('%s', async (user, identity) => {
    expect((await onlyLaunch(line(user), asRoot)).identity).toEqual(identity);
  });

  test('a group of root is ignored as in openbsd-inetd, with a warning', async () => {
    expect((await onlyLaunch(line('root:daemon'), asRoot)).identity).toEqual({
      uid: 0,
      gid: 0,
      groups: [0],
    });
    expect(await codesOf(line('root:daemon'), asRoot)).toEqual(['group-of-root-ignored']);
    expect(await codesOf(line('root:root'), asRoot)).toEqual([]);
  });

  test('digits are no user, and a dotted name is cut at the dot', async () => {
    expect(await codesOf(line('1000'), asRoot)).toEqual(['unknown-user']);
    const { diagnostics } = await resolved(line('john.doe'), asRoot);
    expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([
      ['unknown-user', "there is no user 'john'"],
      ['unknown-group', "there is no group 'doe'"],
    ]);
    expect(diagnostics[0]?.help).toContain('user:group');
  });
});

describe('started by an ordinary user', () => {
  test.each([
    [{ user: 'alice' }],
    [{ user: '1000' }],
    [{ user: 'alice', groups: true }],
    [{ user: 'alice', group: 'alice' }],
  ])('the server keeps its ids: %j', async (settings) => {
    expect((await onlyLaunch([definition('x', settings)], asAlice)).identity).toBeUndefined();
  });

  test('another user is refused with the reason', async () => {
    const { diagnostics } = await resolved([definition('x', { user: 'root' })], asAlice);
    expect(diagnostics).toMatchObject([
      {
        code: 'needs-root',
        message: "only root can run a server as 'root', and this is alice",
        help: 'start kinetd as root, or write user = alice',
      },
    ]);
  });

  test('another group is refused', async () => {
    expect(await codesOf([definition('x', { user: 'alice', group: 'staff' })], asAlice)).toEqual(['needs-root']);
  });

  test('the same holds for inetd.conf', async () => {
    expect((await onlyLaunch(line('alice'), asAlice)).identity).toBeUndefined();
    expect(await codesOf(line('root'), asAlice)).toEqual(['needs-root']);
  });
});
