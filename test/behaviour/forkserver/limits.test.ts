/** The limits of a service hold for its fork server too: what it takes up, and the time it has to be ready. */
import { execFileSync } from 'node:child_process';

import { describe, expect, test } from 'vitest';

import { talk } from '../../daemon/client.ts';
import { service } from '../../daemon/kinetd.ts';
import { children, gone } from '../../daemon/processes.ts';
import { programPath, python3 } from '../../daemon/programs.ts';
import { until } from '../../daemon/until.ts';
import { compiledIn } from '../../oracle/compile.ts';
import { burst, forked, ready, run } from './started.ts';

/** What it reaches, the limit, and what the log says. */
const limits: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
  ['MEMORY', { rlimit_as: '64M' }, 'it died of signal 6'],
  ['TIME', { rlimit_cpu: '1' }, 'it died of signal 9'],
];
test.for(limits)(
  '%s: a fork server that reaches the limit is replaced, no connection is lost, and the log says so once',
  async ([what, limit, reason]) => {
    const grows = compiledIn('test/behaviour/forkserver', 'grows');
    const daemon = await run(service('s', { ...forked, ...limit, server: grows, server_args: what }));
    const first = await ready(daemon);
    const answers: string[] = [];
    const second = /fork server \d+ is ready.*?fork server (\d+) is ready/s;
    const pid = await until(async () => {
      answers.push(...(await burst(daemon, 2)));
      return daemon.errors.match(second)?.[1];
    });
    expect(answers.filter((answer) => !/^(forked|executed)\n$/.test(answer))).toEqual([]);
    const said = daemon.errors.slice(0, daemon.errors.indexOf(`fork server ${pid} is ready`));
    expect(said.match(/no fork server: .*/g)).toEqual([
      `no fork server: ${reason}; the program is executed for each connection meanwhile`,
    ]);
    await until(() => gone(first) || undefined);
  },
);

const prlimit = programPath('prlimit');
test.skipIf(prlimit === undefined)(
  'one that goes on and can fork no more is replaced, and those whom it fails are executed',
  async () => {
    const origin = compiledIn('test/behaviour/forkserver', 'origin');
    const daemon = await run(service('s', { ...forked, server: origin }));
    const pid = await ready(daemon);
    execFileSync(prlimit ?? '', ['--pid', String(pid), '--nofile=4:4']);
    expect(await burst(daemon, 3)).toEqual(Array(3).fill('executed\n'));
    await ready(daemon, 's', 2);
    expect(daemon.errors.match(/no fork server: .*/g)).toEqual([
      'no fork server: it cannot fork any more: Too many open files; the program is executed for each connection meanwhile',
    ]);
    expect(await burst(daemon, 3)).toEqual(Array(3).fill('forked\n'));
    await until(() => gone(pid) || undefined);
  },
);

test('a limit that leaves no room for what a connection needs is told when it is loaded', async () => {
  const daemon = await run(service('s', { ...forked, server: '/bin/cat', rlimit_files: 6 }));
  await daemon.says(/no fork server: the limit on descriptors leaves no room for those of a connection; /);
  expect((await talk(await daemon.address('s'), { send: 'x' })).text).toBe('x');
});

describe.skipIf(python3 === undefined)('python3', () => {
  const script = (text: string): Record<string, string> => ({ script: `#!${python3}\n${text}` });
  const one = service('s', {
    ...forked,
    server: '@FOLDER@/script',
    rlimit_as: '256M',
    log_type: 'FILE @FOLDER@/log',
    log_on_success: 'PID EXIT',
  });

  test('a server that reaches the limit of memory ends by itself, and those that are forked after it are served', async () => {
    const daemon = await run(one, script('import sys\nprint(len(bytearray(int(sys.stdin.read()))))\n'));
    await ready(daemon);
    const address = await daemon.address('s');
    const ask = async (bytes: string): Promise<string> => (await talk(address, { send: bytes })).text;
    expect(await ask('1000')).toBe('1000\n');
    expect(await ask('1000000000')).toMatch(/\nMemoryError\n$/);
    expect(await ask('1000')).toBe('1000\n');
    await daemon.file('log', /EXIT: s status=0.*EXIT: s status=1.*EXIT: s status=0/s);
    expect(daemon.errors.match(/fork server/g)).toHaveLength(1);
  });

  test('one that never comes to an end of loading: its clients do not wait for it, nor does the stop of the daemon', async () => {
    const daemon = await run(one, {
      ...script('import loaded\nprint("served")\n'),
      'loaded.py': 'import os, time\nif "REMOTE_HOST" not in os.environ:\n    time.sleep(10000)\n',
    });
    expect(await burst(daemon, 3)).toEqual(Array(3).fill('served\n'));
    expect(daemon.errors).not.toContain('fork server');
    const [loading] = children(daemon.pid);
    expect(await daemon.stop()).toBe(0);
    expect(gone(loading ?? 0)).toBe(true);
  });
});
