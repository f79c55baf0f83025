/** What happens to a fork server while many clients come: none is lost, and none is served twice. */
import { renameSync } from 'node:fs';
import { expect, test } from 'vitest';

import { service } from '../../daemon/kinetd.ts';
import { gone } from '../../daemon/processes.ts';
import { programPath, python3 } from '../../daemon/programs.ts';
import { until } from '../../daemon/until.ts';
import { compiledIn } from '../../oracle/compile.ts';
import { burst, forked, ready, run } from './started.ts';

const origin = (): string => compiledIn('test/behaviour/forkserver', 'origin');
const clients = 60;

/** Each line that a client may get, and each has got just one of them. */
function answeredOnce(answers: readonly string[], ...allowed: readonly string[]): void {
  expect(answers).toHaveLength(clients);
  expect(answers.filter((answer) => !allowed.includes(answer))).toEqual([]);
}

test('killed: those who wait for it, and those whose servers have just begun, are served once', async () => {
  const daemon = await run(service('s', { ...forked, server: origin() }));
  // One that is stopped has requests unread when it is killed; the others are in the middle of their work.
  for (const [round, stopped] of [true, false, false].entries()) {
    const pid = await ready(daemon, 's', round + 1);
    if (stopped) process.kill(pid, 'SIGSTOP');
    const answers = burst(daemon, clients);
    setTimeout(() => process.kill(pid, 'SIGKILL'), stopped ? 100 : 5);
    answeredOnce(await answers, 'forked\n', 'executed\n');
  }
});

test('stopped: it is killed when it has not answered in time, and its clients are served by execution', async () => {
  const daemon = await run(service('s', { ...forked, server: origin() }));
  const pid = await ready(daemon);
  process.kill(pid, 'SIGSTOP');
  answeredOnce(await burst(daemon, clients), 'executed\n');
  await daemon.says(/service s: no fork server: it did not answer; the program is executed/);
  await until(() => gone(pid) || undefined);
});

test('replaced by a reload: clients are served by the old one or the new one', async () => {
  const text = (word: string): string => service('s', { ...forked, server: origin(), server_args: word });
  const daemon = await run(text('old'));
  const pid = await ready(daemon);
  const before = burst(daemon, clients);
  daemon.write('x.conf', text('new'));
  await daemon.reload();
  answeredOnce(await before, 'forked old\n', 'executed old\n', 'forked new\n', 'executed new\n');
  await ready(daemon, 's', 2);
  await until(() => gone(pid) || undefined);
  expect(await burst(daemon, 3)).toEqual(Array(3).fill('forked new\n'));
});

const scripts: readonly (readonly [string, string | undefined, (word: string) => string])[] = [
  ['python3', python3, (word) => `#!${python3}\nprint("${word}")\n`],
  ['perl', programPath('perl'), (word) => `#!${programPath('perl')}\nprint "${word}\\n";\n`],
  ['ruby', programPath('ruby'), (word) => `#!${programPath('ruby')}\nputs "${word}"\n`],
  ['php', programPath('php'), (word) => `#!${programPath('php')}\n<?php echo "${word}\\n";\n`],
];
test.for(scripts.filter(([, interpreter]) => interpreter !== undefined))(
  '%s: a script that is replaced: each client gets the old one or the new one as a whole',
  async ([, , text]) => {
    const daemon = await run(service('s', { ...forked, server: '@FOLDER@/script' }), { script: text('old') });
    await ready(daemon);
    const answers = burst(daemon, clients);
    daemon.write('script.new', text('new'));
    renameSync(`${daemon.folder}/script.new`, `${daemon.folder}/script`);
    answeredOnce(await answers, 'old\n', 'new\n');
    await until(async () => (await burst(daemon, 1))[0] === 'new\n' || undefined);
    answeredOnce(await burst(daemon, clients), 'new\n');
  },
);
