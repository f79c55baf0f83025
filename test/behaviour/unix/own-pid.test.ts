/** UNIXLOCALPID: a server over a Unix socket finds its own pid in its environment, however it was started. */
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { currentUser, startKinetd } from '../../daemon/kinetd.ts';
import { programPath } from '../../daemon/programs.ts';
import { hearUnix } from '../../daemon/unix-client.ts';

function entry(attributes: Readonly<Record<string, string>>): string {
  const all = {
    listen: 'unix:@FOLDER@/s',
    socket_type: 'stream',
    wait: 'no',
    user: currentUser(),
    environment: 'ucspi',
    log_type: 'FILE @FOLDER@/log',
    log_on_success: 'PID EXIT',
    ...attributes,
  };
  const lines = Object.entries(all).map(([name, value]) => `\t${name} = ${value}\n`);
  return `service s\n{\n${lines.join('')}}\n`;
}

const perl = programPath('perl');
const cases: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'a program that is executed': { server: '/usr/bin/env' },
  'one that its own text tells something else': { server: '/usr/bin/env', env: 'UNIXLOCALPID=' },
  'one that is forked': { server: '/usr/bin/env', launch: 'forkserver' },
  ...(perl === undefined ? {} : { 'a script that is forked': { server: '@FOLDER@/script', launch: 'forkserver' } }),
};
test.for(Object.entries(cases))('%s', async ([, attributes]) => {
  const daemon = await startKinetd({
    files: {
      'x.conf': entry(attributes),
      script: `#!${perl}\nprint "UNIXLOCALPID=$ENV{UNIXLOCALPID}\\nLAST=$ENV{PROTO}\\n";\n`,
    },
    command: ['kinetd', 'run', '--debug', '-f', '@FOLDER@/x.conf'],
  });
  if (attributes['launch'] !== undefined) await daemon.says(/fork server \d+ is ready/);
  const path = join(daemon.folder, 's');
  // Alone, and so many at the same time that other threads start some.
  const answers = [await hearUnix(path), ...(await Promise.all(Array.from({ length: 5 }, () => hearUnix(path))))];
  const told = answers.map((answer) => answer.match(/^UNIXLOCALPID=(\d*)$/m)?.[1]);
  if (attributes['env'] !== undefined) {
    expect(new Set(told)).toEqual(new Set(['']));
    return;
  }
  await daemon.file('log', /(EXIT: s .*){6}/s);
  const pids = daemon.read('log').match(/(?<=START: s pid=)\d+/g);
  expect(told.toSorted((a = '', b = '') => a.localeCompare(b))).toEqual(
    pids?.toSorted((a = '', b = '') => a.localeCompare(b)),
  );
});
