/** An inetd as a process: its command line, its end, and what a broken file does to it when it runs. */
import { unlinkSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import { currentUser } from '../daemon/kinetd.ts';
import { until } from '../daemon/until.ts';
import { type Answers, compare, difference, same } from './pair.ts';
import type { Needs } from './programs.ts';
import { bound, type Side } from './side.ts';

const needs: Needs = { personality: 'inetd' };
const user = currentUser();

function cat(id: string, who = user): string {
  return `127.0.0.1:@PORT:${id}@ stream tcp4 nowait ${who} /bin/cat cat\n`;
}

const files = { 'inetd.conf': cat('s') };

function alike<T>({ debian, kinetd }: Answers<T>, expected: unknown): void {
  expect(debian).toEqual(expected);
  expect(kinetd).toEqual(expected);
}

same(needs, 'command lines that cannot be understood, and a file that is not there, end with status 1', async () => {
  for (const command of [['-Z'], ['-R'], ['-d', '@FOLDER@/inetd.conf', 'more'], ['-d', '@FOLDER@/absent']]) {
    const { debian, kinetd } = await compare(
      { personality: 'inetd', files, unready: true, command },
      (side) => side.ended,
    );
    expect({ command, debian, kinetd }).toEqual({ command, debian: 1, kinetd: 1 });
  }
});

difference(needs, 'a number on the command line that is none ends with status 1', async () => {
  for (const command of [
    ['-R', 'x', '-d', '@FOLDER@/inetd.conf'],
    ['-q', '-1', '-d', '@FOLDER@/inetd.conf'],
  ]) {
    const answers = await compare({ personality: 'inetd', files, unready: true, command }, async (side) => {
      if (side.name === 'kinetd') return side.ended;
      await side.ready();
      return side.fares('s');
    });
    expect({ command, ...answers }).toEqual({ command, debian: 'served', kinetd: 1 });
  }
});

same(needs, 'SIGTERM and SIGINT end it with status 0', async () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const answers = await compare({ personality: 'inetd', files }, async (side) => {
      side.signal(signal);
      return [await side.ended, await side.fares('s')];
    });
    alike(answers, [0, 'no port']);
  }
});

/** Reloads a file in which a service that can be told by its port is new: when that is there, all is done. */
async function reloaded(side: Side, text: string): Promise<void> {
  side.write('inetd.conf', text + cat('mark'));
  side.signal('SIGHUP');
  await bound(side.at('mark').port, true);
  await until(async () => ((await side.fares('mark')) === 'served' ? true : undefined));
}

difference(needs, 'a file that is gone does not end the daemon', async () => {
  const gone = { 'inetd.conf': cat('s'), mark: '@PORT:mark@' };
  const { debian, kinetd } = await compare({ personality: 'inetd', files: gone, silent: ['mark'] }, async (side) => {
    unlinkSync(join(side.folder, 'inetd.conf'));
    side.signal('SIGHUP');
    if (side.name === 'Debian') return side.ended;
    await side.says(/reconfiguration failed/);
    const fares = await side.fares('s');
    await reloaded(side, cat('s'));
    return [fares, await side.fares('s')];
  });
  expect({ debian, kinetd }).toEqual({ debian: 1, kinetd: ['served', 'served'] });
});

difference(needs, 'a line whose new text is broken goes on with the old one', async () => {
  const two = { 'inetd.conf': cat('s') + cat('t'), mark: '@PORT:mark@' };
  const { debian, kinetd } = await compare({ personality: 'inetd', files: two, silent: ['mark'] }, async (side) => {
    await reloaded(side, cat('s') + cat('t').replace(' nowait ', ' nowait.x ').replace('tcp4', 'tcp5'));
    return [await side.fares('s'), await side.fares('t')];
  });
  expect({ debian, kinetd }).toEqual({ debian: ['served', 'no port'], kinetd: ['served', 'served'] });
});
