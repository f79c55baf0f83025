/** A grace time that no timer can hold would end servers at once: it is refused. */
import { expect, test } from 'vitest';

import { Kinetd, service } from '../../daemon/kinetd.ts';

test('a grace time of months is wrong usage', async () => {
  const daemon = new Kinetd({
    files: { 'x.conf': service('echo', {}) },
    command: ['kinetd', 'run', '-f', '@FOLDER@/x.conf', '--grace', '9999999'],
  });
  await daemon.says(/a whole number of at most 1000000 is needed/);
  expect(await daemon.ended()).toBe(2);
});
