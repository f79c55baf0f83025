/** flags = SENSOR and deny_time: who touches the port is refused by every service. */
import { expect } from 'vitest';

import { entry, loggingDefaults } from './entry.ts';
import { compare, same } from './pair.ts';
import type { Needs } from './programs.ts';

const needs: Needs = { personality: 'xinetd' };

const trap = {
  type: 'UNLISTED INTERNAL',
  flags: 'SENSOR',
  user: undefined,
  server: undefined,
};

same(needs, 'SENSOR and deny_time: a touch is logged, and shuts its client out, also after a reload', async () => {
  const files = {
    'xinetd.conf':
      loggingDefaults +
      entry('trap', { ...trap, deny_time: 1, no_access: '127.0.0.3' }) +
      entry('ever', { ...trap, deny_time: 'FOREVER' }) +
      entry('never', { ...trap, deny_time: 'NEVER' }) +
      entry('echo'),
  };
  const answers = await compare({ personality: 'xinetd', files }, async (side) => {
    const fates: Record<string, string> = {};
    for (const [id, from] of [
      ['trap', '127.0.0.2'],
      ['trap', '127.0.0.3'],
      ['ever', '127.0.0.4'],
      ['never', '127.0.0.5'],
    ] as const) {
      expect(await side.fares(id, '127.0.0.1', { from })).toBe('closed');
      await side.logged(id, new RegExp(`from=${from}`));
      fates[`${id} ${from}`] = await side.fares('echo', '127.0.0.1', { from });
    }
    await side.reload();
    fates['after a reload'] = await side.fares('echo', '127.0.0.1', { from: '127.0.0.2' });
    fates['another'] = await side.fares('echo');
    const told = side.messages.filter(({ text }) => text.startsWith('Adding'));
    const log = side.lines('trap').filter((line) => line.startsWith('FAIL'));
    return { fates, told, log };
  });
  expect(answers.debian).toEqual({
    fates: {
      'trap 127.0.0.2': 'closed',
      'trap 127.0.0.3': 'closed',
      'ever 127.0.0.4': 'closed',
      'never 127.0.0.5': 'served',
      'after a reload': 'closed',
      another: 'served',
    },
    told: [
      { level: 'CRITICAL', text: 'Adding 127.0.0.2 to the global_no_access list for 1 minutes' },
      { level: 'CRITICAL', text: 'Adding 127.0.0.3 to the global_no_access list for 1 minutes' },
      { level: 'CRITICAL', text: 'Adding 127.0.0.4 to the global_no_access list for -1 minutes' },
    ],
    log: ['FAIL: trap address from=127.0.0.2', 'FAIL: trap address from=127.0.0.3'],
  });
  expect(answers.kinetd).toEqual(answers.debian);
});
