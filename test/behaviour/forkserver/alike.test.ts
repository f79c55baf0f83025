/** What a service says about its servers holds for those that are forked as for those that are executed. */
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

import { open, talk } from '../../daemon/client.ts';
import { isRoot, type Kinetd, service } from '../../daemon/kinetd.ts';
import { children, gone } from '../../daemon/processes.ts';
import { python3 } from '../../daemon/programs.ts';
import { until } from '../../daemon/until.ts';
import { burst, forked, ready, run } from './started.ts';

const logged = { ...forked, log_type: 'FILE @FOLDER@/log', log_on_success: 'PID HOST EXIT' };

test('instances and per_source count servers that are forked', async () => {
  const daemon = await run(service('s', { ...forked, server: '/bin/cat', instances: 2 }));
  await ready(daemon);
  const address = await daemon.address('s');
  const [first, second] = [await open(address), await open(address)];
  for (const one of [first, second]) {
    one.write('x');
    await one.receive(/x/);
  }
  expect((await talk(address)).text).toBe('');
  first.close();
  await until(async () => (await talk(address, { send: 'again' })).text === 'again' || undefined);
});

test('per_source counts the forks of one address', async () => {
  const daemon = await run(service('s', { ...forked, server: '/bin/cat', per_source: 1 }));
  await ready(daemon);
  const address = await daemon.address('s');
  const first = await open(address);
  first.write('x');
  await first.receive(/x/);
  expect((await talk(address)).text).toBe('');
  first.close();
  await until(async () => (await talk(address, { send: 'again' })).text === 'again' || undefined);
});

test('USAGE: what a fork has used is logged, and not what its fork server has', async () => {
  const used = { ...logged, log_on_success: 'PID EXIT USAGE' };
  const daemon = await run(service('s', { ...used, server: '/bin/cat' }));
  await ready(daemon);
  expect((await talk(await daemon.address('s'), { send: 'x' })).text).toBe('x');
  const [, seconds, kilobytes] = await daemon.file('log', /EXIT: s status=0 pid=\d+ cpu=([\d.]+)\S* memory<?=(\d+)/);
  expect(Number(seconds)).toBeLessThan(1);
  expect(Number(kilobytes)).toBeGreaterThan(0);
});

test('a fork and an executed program are told the same about their client', async () => {
  const tells = { server: '/usr/bin/env', server_args: '-u _ env' };
  const daemon = await run(service('s', { ...forked, ...tells }) + service('exec', tells));
  await ready(daemon);
  // Ports differ, of the client and of the two services.
  const told = async (name: string): Promise<string[]> =>
    (await talk(await daemon.address(name))).text
      .split('\n')
      .filter((line) => !/PORT=/.test(line))
      .toSorted((a, b) => a.localeCompare(b));
  const forks = await told('s');
  expect(forks).toContain('REMOTE_HOST=127.0.0.1');
  expect(forks).toEqual(await told('exec'));
});

test('timeout ends one, and the stop of the daemon another, with the fork server', async () => {
  const daemon = await run(
    service('s', { ...forked, server: '/bin/cat', timeout: '1 1' }) + service('t', { ...forked, server: '/bin/cat' }),
  );
  const pids = [await ready(daemon), await ready(daemon, 't')];
  expect(await (await open(await daemon.address('s'))).closed()).toBe('');
  const held = await open(await daemon.address('t'));
  held.write('x');
  await held.receive(/x/);
  const before = children(daemon.pid);
  expect(before).toEqual(expect.arrayContaining(pids));
  expect(await daemon.stop()).toBe(0);
  await until(() => before.every(gone) || undefined);
});

test('rlimit_as: a program that cannot be loaded is told of once, one that can is forked with the limit', async () => {
  const limits = '/bin/cat';
  const daemon = await run(
    service('small', { ...forked, server: limits, server_args: '/proc/self/limits', rlimit_as: '64K' }) +
      service('large', { ...forked, server: limits, server_args: '/proc/self/limits', rlimit_as: '64M' }),
  );
  await daemon.says(/service small: no fork server: /);
  await ready(daemon, 'large');
  expect((await talk(await daemon.address('large'))).text).toMatch(/Max address space +67108864 /);
  await talk(await daemon.address('small'));
  expect((await burst(daemon, 3, 'large')).every((text) => text.includes('67108864'))).toBe(true);
});

test.skipIf(!isRoot)('user, groups: as with a program that is executed (needs root)', async () => {
  const id = { server: '/usr/bin/id', user: 'nobody', groups: 'yes' };
  const daemon = await run(service('s', { ...forked, ...id }) + service('exec', { ...id }));
  await ready(daemon);
  expect((await burst(daemon, 1))[0]).toBe((await burst(daemon, 1, 'exec'))[0]);
});

describe.skipIf(python3 === undefined)('python3', () => {
  const script = (text: string): Record<string, string> => ({ script: `#!${python3}\n${text}` });
  const one = (attributes: Record<string, string> = {}): string =>
    service('s', { ...logged, server: '@FOLDER@/script', ...attributes });

  test('a script that starts threads when it is loaded is executed, and the log says why', async () => {
    const daemon = await run(one(), {
      ...script('import loaded\nprint("served")\n'),
      'loaded.py': 'import threading, time\nthreading.Thread(target=time.sleep, args=(1,), daemon=True).start()\n',
    });
    await daemon.says(/service s: no fork server: .*thread/);
    expect(await burst(daemon, 2)).toEqual(['served\n', 'served\n']);
  });

  test('a module that reads and prints when it is loaded does so without a client', async () => {
    const daemon = await run(one(), {
      ...script('import loaded, sys\nprint(loaded.read, sys.stdin.read())\n'),
      'loaded.py': 'import sys\nread = repr(sys.stdin.readline())\nprint("loaded")\n',
    });
    await ready(daemon);
    expect((await talk(await daemon.address('s'), { send: 'x' })).text).toBe("'' x\n");
  });

  test('stderr = log: what a server that is forked says there is logged with its pid', async () => {
    const daemon = await run(one({ stderr: 'log' }), script('import os, sys\nprint("seen", file=sys.stderr)\n'));
    await ready(daemon);
    await talk(await daemon.address('s'));
    const [, pid] = await daemon.file('log', /START: s pid=(\d+)/);
    await daemon.file('log', new RegExp(`s pid=${pid}.*seen|STDERR.*${pid}.*seen`));
  });
});

const languages: readonly (readonly [string, string, string])[] = [
  [
    'python3',
    '/usr/bin/python3',
    'import os, sys\nprint(sorted(os.environ), sys.argv[1:], __name__, os.getuid(), os.getcwd())\nprint("err", file=sys.stderr)\nsys.exit(3)\n',
  ],
  [
    'perl',
    '/usr/bin/perl',
    '$| = 1; print join(",", sort keys %ENV), " @ARGV $0 $<\\n"; print STDERR "err\\n"; exit 3;\n',
  ],
  [
    'ruby',
    '/usr/bin/ruby',
    '$stdout.sync = true; puts ENV.keys.sort.join(","), ARGV.inspect, $0, Dir.pwd\nwarn "err"\nexit 3\n',
  ],
  [
    'php',
    '/usr/bin/php',
    '<?php $e = array_keys(getenv()); sort($e); echo join(",", $e), json_encode(array_slice($argv, 1)), getcwd(), "\\n"; exit(3);\n',
  ],
];
test.for(languages.filter(([, interpreter]) => existsSync(interpreter)))(
  '%s: client and log see the same, executed or forked',
  async ([, interpreter, text]) => {
    const both = { ...logged, server: '@FOLDER@/script', server_args: 'a b', log_on_success: 'EXIT' };
    const daemon: Kinetd = await run(service('s', both) + service('exec', { ...both, launch: 'exec' }), {
      script: `#!${interpreter}\n${text}`,
    });
    await ready(daemon);
    const [forkedText, executed] = [(await burst(daemon, 1))[0], (await burst(daemon, 1, 'exec'))[0]];
    expect(executed).not.toBe('');
    expect(forkedText).toBe(executed);
    await daemon.file('log', /EXIT: s status=3.*EXIT: exec status=3/s);
  },
);
