/** Fork servers are seen: in status, ps, the state dump and the metrics. */
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { talk } from '../../daemon/client.ts';
import { command } from '../../daemon/commands.ts';
import { service, startKinetd } from '../../daemon/kinetd.ts';
import { programPath } from '../../daemon/programs.ts';
import { until } from '../../daemon/until.ts';
import { burst, forked, ready } from './started.ts';

const perl = programPath('perl');

test.runIf(perl !== undefined)('where it is told how a daemon is', async () => {
  const script = `#!${perl}\nprint "hello\\n";\n`;
  const daemon = await startKinetd({
    files: {
      'x.conf': `defaults\n{\n\tmetrics = tcp:127.0.0.1:0\n}\n${service('s', { ...forked, server: '@FOLDER@/script' })}`,
      script,
    },
    command: [
      'kinetd',
      'run',
      '--debug',
      '-f',
      '@FOLDER@/x.conf',
      '--dump-file',
      '@FOLDER@/dump',
      '--control',
      '@FOLDER@/control',
    ],
  });
  const control = ['--control', join(daemon.folder, 'control')];
  const first = await ready(daemon);
  expect(await burst(daemon, 3)).toEqual(['hello\n', 'hello\n', 'hello\n']);

  expect((await command('status', ...control)).output).toMatch(
    new RegExp(`^Fork servers:\\n {2}s: ready, pid ${first} for \\d+s$`, 'm'),
  );
  expect((await command('ps', ...control)).output).toMatch(new RegExp(`^${first} +s +fork server +\\d+s `, 'm'));
  const answer = await talk(await daemon.address('metrics'), { send: 'GET /metrics HTTP/1.1\r\n\r\n' });
  expect(answer.text).toContain('\nkinetd_forkserver_ready{service="s",protocol="tcp"} 1\n');
  expect(answer.text).toContain('\nkinetd_forkserver_starts_total{service="s",protocol="tcp"} 1\n');
  daemon.signal('SIGUSR1');
  await daemon.file('dump', new RegExp(`^\\tFork server = ready pid=${first} served=1$`, 'm'));

  // One that does not compile: the old one goes on, and everybody sees why there is no new one.
  daemon.write('script', `#!${perl}\nif (\n`);
  await until(async () => {
    await burst(daemon, 1);
    const { output } = await command('status', ...control);
    return new RegExp(`^ {2}s: stale, pid ${first} for \\d+s; .`, 'm').test(output) ? true : undefined;
  });
  // And what another one serves is counted.
  daemon.write('script', script.replace('hello', 'world'));
  await until(async () => ((await burst(daemon, 1))[0] === 'world\n' ? true : undefined));
  const second = await ready(daemon, 's', 2);
  expect((await command('status', ...control)).output).toMatch(
    new RegExp(`^ {2}s: ready, pid ${second} for \\d+s, 1 before it$`, 'm'),
  );
  const { services } = JSON.parse((await command('status', '--json', ...control)).output) as {
    readonly services: readonly object[];
  };
  expect(services[0]).toMatchObject({ forkserver: { state: 'ready', pid: second, served: 2, trouble: null } });
});
