import { expect, test } from 'vitest';

import { codesOf, definition, onlyService } from './definitions.ts';
import { fakeSystem } from './fake-system.ts';

const system = fakeSystem({ files: { '/etc/hello': 10, '/etc/largest': 65_536, '/etc/larger': 65_537 } });

test('a service has those that it names, with absolute paths, or none', async () => {
  const banners = async (settings: object): Promise<unknown> =>
    (await onlyService([definition('x', settings)], system)).banners;
  expect(await banners({})).toBe(undefined);
  expect(await banners({ banner: '/etc/hello', banner_fail: 'etc/hello' })).toEqual({
    always: '/etc/hello',
    success: undefined,
    failure: '/etc/hello',
  });
});

test.each([
  [{ banner: '/etc/largest' }, []],
  [{ banner: '/etc/larger' }, ['banner-too-large']],
  [{ banner_fail: '/nowhere', banner_success: '/nothing' }, ['banner-unreadable', 'banner-unreadable']],
  [{ banner: '/etc/hello', wait: true }, ['banner-ignored']],
  [{ banner: '/etc/hello', wait: true, socket_type: 'dgram' }, ['banner-ignored']],
] as const)('%j is never refused: %j', async (settings, codes) => {
  expect(await codesOf([definition('x', settings)], system)).toEqual(codes);
  await onlyService([definition('x', settings)], system);
});
