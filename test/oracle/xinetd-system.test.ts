/**
 * What xinetd takes from fixed places of the system: syslog, and /etc/inetd.conf. Each daemon runs in a view of the
 * file system of its own, with a /dev/log and an /etc that belong to the test.
 */
import { unlinkSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import { talk } from '../daemon/client.ts';
import { until } from '../daemon/until.ts';
import { defaults, entry, loggingDefaults } from './entry.ts';
import { type Answers, compare, type PairOptions, same } from './pair.ts';
import type { Needs } from './programs.ts';
import type { Side } from './side.ts';
import { inViewOfItsOwn as options } from './view.ts';

const needs: Needs = { personality: 'xinetd', root: true, mounts: true };

/** Messages in the test's syslog, without times and pids; those of one level of importance are in their order. */
function syslog(side: Side): readonly string[] {
  return side
    .read('syslog')
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const match = /^(<\d+>)[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d (\w+)\[(\d+)\]: (.*)$/.exec(line);
      if (match === null) throw new Error(`${side.name} sends another form to syslog: ${line}`);
      return `${match[1]} ${match[2]}: ${match[4]?.replace(/ pid=\d+/, ' pid=N').replace(/=\d+\(sec\)/, '=N(sec)')}`;
    });
}

function logged(side: Side, pattern: RegExp): Promise<readonly string[]> {
  return until(() => (syslog(side).some((line) => pattern.test(line)) ? syslog(side) : undefined));
}

function alike<T>({ debian, kinetd }: Answers<T>, expected: unknown): void {
  expect(debian).toEqual(expected);
  expect(kinetd).toEqual(expected);
}

same(needs, 'log_type = SYSLOG: facility, level, name and pid in front of the same lines', async () => {
  const files = {
    'xinetd.conf': [
      defaults({ log_type: 'SYSLOG local1', log_on_success: 'PID HOST EXIT DURATION', log_on_failure: 'HOST' }),
      entry('s'),
      entry('notice', { log_type: 'SYSLOG authpriv notice', instances: 0 }),
    ].join('\n'),
  };
  const answers = await compare(options(files), async (side) => {
    await talk(side.at('notice'), {});
    await logged(side, /FAIL/);
    await talk(side.at('s'), { send: 'x' });
    return logged(side, /EXIT/);
  });
  alike(answers, [
    '<85> xinetd: FAIL: notice service_limit from=127.0.0.1',
    '<142> xinetd: START: s pid=N from=127.0.0.1',
    '<142> xinetd: EXIT: s status=0 pid=N duration=N(sec)',
  ]);
});

same(needs, 'messages of the daemon go to syslog, facility daemon, each with its level', async () => {
  const files = { 'xinetd.conf': entry('s') };
  const command = ['-dontfork', '-f', '@FOLDER@/xinetd.conf'];
  const answers = await compare(options(files, { command, unready: true }), async (side) => {
    await logged(side, /Started working/);
    unlinkSync(join(side.folder, 'xinetd.conf'));
    side.signal('SIGHUP');
    const lines = await logged(side, /reconfiguration failed/);
    return lines.flatMap((line) => /^<\d+> xinetd: (?:Start\w+|reconfiguration failed)/.exec(line)?.[0] ?? []);
  });
  alike(answers, ['<29> xinetd: Started', '<29> xinetd: Starting', '<28> xinetd: reconfiguration failed']);
});

same(needs, '-syslog names another facility', async () => {
  const files = { 'xinetd.conf': entry('s') };
  const command = ['-dontfork', '-syslog', 'local3', '-f', '@FOLDER@/xinetd.conf'];
  const answers = await compare(options(files, { command, unready: true }), async (side) =>
    (await logged(side, /Started working/)).filter((line) => /Started working/.test(line)),
  );
  alike(answers, ['<157> xinetd: Started working: 1 available service']);
});

/** An /etc/services that knows some names, and an inetd.conf that uses them. */
const compat: PairOptions['files'] = {
  'xinetd.conf': `${loggingDefaults}${entry('s')}`,
  'inetd.conf': [
    '# comment',
    'telnet stream tcp nowait root @PROBE@ name one two',
    'finger stream tcp nowait nobody.daemon @PROBE@ probe',
    'shell stream tcp nowait.40 nobody @PROBE@ probe',
    'echo stream tcp nowait root internal',
    '',
  ].join('\n'),
};

same(needs, '-inetd_compat runs the lines of /etc/inetd.conf too', async () => {
  const named = { telnet: '@PORT:telnet@', finger: '@PORT:finger@', shell: '@PORT:shell@', echo: '@PORT:echo@' };
  const services = Object.entries(named).map(([name, port]) => `${name} ${port}/tcp`);
  const answers = await compare(
    options({ ...compat, services: `${services.join('\n')}\n` }, { words: ['-inetd_compat'] }),
    async (side) => {
      const facts = await Promise.all(['telnet', 'finger', 'shell'].map((name) => side.found(name)));
      return [
        await side.fares('s'),
        await side.fares('echo'),
        ...facts.map(({ facts: { 'status.Uid': uid, 'status.Gid': gid, 'argv.0': name, argc } }) => [
          uid,
          gid,
          name,
          argc,
        ]),
      ];
    },
  );
  expect(answers.debian.slice(0, 2)).toEqual(['served', 'served']);
  expect(answers.debian[2]).toEqual(['0 0 0 0', '0 0 0 0', 'name', '3']);
  expect(answers.kinetd).toEqual(answers.debian);
});
