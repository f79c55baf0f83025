/** What clients see of banner, banner_success and banner_fail, and when. */
import { expect } from 'vitest';

import { open, talk } from '../daemon/client.ts';
import { defaults, entry, loggingDefaults } from './entry.ts';
import { compare, difference, same, sharedPair } from './pair.ts';
import type { Needs } from './programs.ts';
import type { Side } from './side.ts';

const needs: Needs = { personality: 'xinetd' };

const all = {
  banner: '@FOLDER@/hello',
  banner_success: '@FOLDER@/welcome',
  banner_fail: '@FOLDER@/sorry',
};
const hello = 'hello\r\n';
const welcome = 'welcome \xff\n';
const sorry = 'sorry, without a newline';
const printing = { server: '/bin/echo', server_args: 'server' };

const pair = sharedPair(needs, () => ({
  personality: 'xinetd',
  files: {
    'xinetd.conf': [
      loggingDefaults,
      entry('let', { ...all, ...printing }),
      entry('refused', { ...all, only_from: '192.0.2.1' }),
      entry('full', { ...all, instances: 0 }),
      entry('untimely', { ...all, max_load: -1 }),
      entry('success', { banner_success: '@FOLDER@/welcome', ...printing }),
      entry('fail', { banner_fail: '@FOLDER@/sorry', ...printing }),
      entry('missing', { banner: '@FOLDER@/a', banner_success: '@FOLDER@/b', ...printing }),
      entry('missingfail', { banner_fail: '@FOLDER@/c', instances: 0 }),
      entry('folder', { banner: '@FOLDER@', ...printing }),
      entry('empty', { banner: '/dev/null', banner_success: '@FOLDER@/nothing', ...printing }),
      entry('changing', { banner: '@FOLDER@/changing', cps: '0 0', ...printing }),
    ].join('\n'),
    hello,
    welcome,
    sorry,
    nothing: '',
    changing: 'first\n',
  },
}));

function said(side: Side, id: string): Promise<string> {
  return talk(side.at(id), { halfClose: false }).then(({ text }) => text);
}

async function alike(id: string, expected: string): Promise<void> {
  const { debian, kinetd } = await pair.both((side) => said(side, id));
  expect(debian).toBe(expected);
  expect(kinetd).toBe(debian);
}

same(needs, 'a client that is let in sees banner, banner_success and then its server', () =>
  alike('let', `${hello}${welcome}server\n`),
);

same(needs, 'a client that is turned away sees banner and banner_fail', async () => {
  for (const id of ['refused', 'full', 'untimely']) await alike(id, `${hello}${sorry}`);
});

same(needs, 'each of them alone', async () => {
  await alike('success', `${welcome}server\n`);
  await alike('fail', 'server\n');
});

same(needs, 'a file that is not there is told, and the service goes on', async () => {
  await alike('missing', 'server\n');
  await alike('missingfail', '');
  for (const [id, file] of [
    ['missing', 'a'],
    ['missing', 'b'],
    ['missingfail', 'c'],
  ]) {
    await pair.both((side) =>
      side.says(new RegExp(`ERROR: .*service = ${id}, open of banner @FOLDER@/${file} failed`)),
    );
  }
});

same(needs, 'an empty file, and a folder', async () => {
  await alike('folder', 'server\n');
  await alike('empty', 'server\n');
});

same(needs, 'a changed file is what the next client sees', async () => {
  const { debian, kinetd } = await pair.both(async (side) => {
    const first = await said(side, 'changing');
    side.write('changing', 'second\n');
    for (;;) {
      const text = await said(side, 'changing');
      if (text !== first) return [first, text];
    }
  });
  expect(debian).toEqual(['first\nserver\n', 'second\nserver\n']);
  expect(kinetd).toEqual(debian);
});

same(needs, 'banners of defaults hold for services that have none of their own', async () => {
  const { debian, kinetd } = await compare(
    {
      personality: 'xinetd',
      files: {
        'xinetd.conf': [
          defaults({ banner: '@FOLDER@/hello', banner_success: '@FOLDER@/welcome' }),
          entry('inherits', printing),
          entry('own', { ...printing, banner: '@FOLDER@/sorry' }),
        ].join('\n'),
        hello,
        welcome,
        sorry,
      },
    },
    async (side) => [await said(side, 'inherits'), await said(side, 'own')],
  );
  expect(debian).toEqual([`${hello}${welcome}server\n`, `${sorry}${welcome}server\n`]);
  expect(kinetd).toEqual(debian);
});

difference(needs, 'a client that does not read its banner holds up nobody', async () => {
  const long = `${'x'.repeat(1023)}\n`.repeat(8 * 1024);
  const { debian, kinetd } = await compare(
    {
      personality: 'xinetd',
      files: {
        'xinetd.conf': [loggingDefaults, entry('long', { banner: '@FOLDER@/long', ...printing }), entry('other')].join(
          '\n',
        ),
        long,
      },
    },
    async (side) => {
      const slow = await open(side.at('long'));
      slow.socket.pause();
      const fates: string[] = [];
      const other = open(side.at('other')).then(async (connection) => {
        connection.write('x');
        await connection.receive(/x/);
        fates.push('served');
      });
      if (side.name === 'kinetd') await other;
      else await new Promise((resolve) => setTimeout(resolve, 500));
      const before = [...fates];
      slow.socket.resume();
      await slow.closed();
      await other;
      return before;
    },
  );
  expect({ debian, kinetd }).toEqual({ debian: [], kinetd: ['served'] });
});
