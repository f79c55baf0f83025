/** launch = forkserver: each client is served by a fork of the program that is loaded already, or by one that is executed. */
import { chmodSync, copyFileSync, renameSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

import { talk } from '../../daemon/client.ts';
import { type Kinetd, service, startKinetd } from '../../daemon/kinetd.ts';
import { children, gone } from '../../daemon/processes.ts';
import { programPath, python3, shell } from '../../daemon/programs.ts';
import { until } from '../../daemon/until.ts';
import { compiledIn } from '../../oracle/compile.ts';

const origin = (): string => compiledIn('test/behaviour/forkserver', 'origin');
const perl = programPath('perl');

async function ready(daemon: Kinetd, id = 's'): Promise<number> {
  return Number((await daemon.says(new RegExp(`service ${id}: fork server (\\d+) is ready`)))[1]);
}

function run(configuration: string, files: Readonly<Record<string, string>> = {}): Promise<Kinetd> {
  return startKinetd({
    files: { 'x.conf': configuration, ...files },
    command: ['kinetd', 'run', '--debug', '-f', '@FOLDER@/x.conf'],
  });
}

const forked = { launch: 'forkserver', log_type: 'FILE @FOLDER@/log', log_on_success: 'PID HOST EXIT' };

test('a client is served by a fork of the program, which is a child of the daemon and logged like any server', async () => {
  const daemon = await run(service('s', { ...forked, server: origin(), server_args: 'a b' }));
  const forkserver = await ready(daemon);
  expect((await talk(await daemon.address('s'))).text).toBe('forked a b\n');
  await daemon.file('log', /START: s pid=(\d+) from=127\.0\.0\.1\n.*EXIT: s status=7 pid=\1/);
  expect(children(daemon.pid)).toContain(forkserver);
});

test('the environment of the connection is that of an executed server, without what the fork server needs', async () => {
  const program = '/usr/bin/env';
  const daemon = await run(
    service('s', { ...forked, server: program }) + service('plain', { ...forked, server: program, launch: 'exec' }),
  );
  await ready(daemon);
  const sorted = (text: string): string[] =>
    text
      .replace(/^((?:REMOTE|LOCAL|TCP\w+)\w*PORT)=\d+$/gm, '$1')
      .split('\n')
      .sort();
  const plain = await talk(await daemon.address('plain'));
  expect(sorted((await talk(await daemon.address('s'))).text)).toEqual(sorted(plain.text));
});

test('a fork server that dies is replaced, and clients that come meanwhile are served all the same', async () => {
  const daemon = await run(service('s', { ...forked, server: origin() }));
  const first = await ready(daemon);
  process.kill(first, 'SIGKILL');
  await daemon.says(
    /service s: no fork server: it died of signal 9; the program is executed for each connection meanwhile/,
  );
  expect((await talk(await daemon.address('s'))).text).toMatch(/^(executed|forked)\n$/);
  await until(() => (daemon.errors.match(/fork server \d+ is ready/g) ?? []).length === 2 || undefined);
  expect((await talk(await daemon.address('s'))).text).toBe('forked\n');
});

test('a program that is replaced on disk is served from the next client on that comes when it is loaded', async () => {
  const daemon = await run(service('s', { ...forked, server: '@FOLDER@/program', server_args: 'x' }), {
    program: shell('echo old\n'),
  });
  const place = `${daemon.folder}/program`;
  const put = (from: string): void => {
    copyFileSync(from, `${place}.new`);
    chmodSync(`${place}.new`, 0o755);
    renameSync(`${place}.new`, place);
  };
  put(origin());
  expect(await daemon.reload()).toMatch(/Reconfigured/);
  await ready(daemon);
  expect((await talk(await daemon.address('s'))).text).toBe('forked x\n');
  put('/bin/echo');
  await until(async () => (await talk(await daemon.address('s'))).text === 'x\n' || undefined);
});

test('a service that is dropped, and a daemon that stops, end their fork servers', async () => {
  const daemon = await run(
    service('s', { ...forked, server: origin() }) + service('gone', { ...forked, server: origin() }),
  );
  const [stays, goes] = [await ready(daemon), await ready(daemon, 'gone')];
  daemon.write('x.conf', service('s', { ...forked, server: origin() }));
  await daemon.reload();
  await until(() => gone(goes) || undefined);
  await daemon.stop();
  expect(gone(stays)).toBe(true);
});

test('clients that come together are all forked', async () => {
  const daemon = await run(service('s', { ...forked, server: origin(), cps: '1000 1' }));
  await ready(daemon);
  const address = await daemon.address('s');
  const answers = await Promise.all(Array.from({ length: 50 }, () => talk(address)));
  expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['forked\n']));
});

test('forkserver_start = first: it is not started before a client comes, who gets a program that is executed', async () => {
  const daemon = await run(service('s', { ...forked, server: origin(), forkserver_start: 'first' }));
  expect(children(daemon.pid)).toEqual([]);
  expect((await talk(await daemon.address('s'))).text).toBe('executed\n');
  await ready(daemon);
  expect((await talk(await daemon.address('s'))).text).toBe('forked\n');
});

describe('scripts', () => {
  test.skipIf(python3 === undefined)(
    'python3: compiled, with what it imports, and run once for each client',
    async () => {
      const daemon = await run(service('s', { ...forked, server: '@FOLDER@/script', server_args: 'one two' }), {
        script: `#!${python3}\nimport os, sys, loaded\nfor line in sys.stdin:\n    print(loaded.pid != os.getpid(), os.environ['REMOTE_HOST'], sys.argv[1:], line.strip())\nsys.exit(3)\n`,
        'loaded.py': 'import os\npid = os.getpid()\n',
      });
      await ready(daemon);
      const answer = await talk(await daemon.address('s'), { send: 'hello\n' });
      expect(answer.text).toBe("True 127.0.0.1 ['one', 'two'] hello\n");
      await daemon.file('log', /EXIT: s status=3/);
    },
  );

  test.skipIf(python3 === undefined)(
    'a script that no longer compiles: the old one goes on, until it does',
    async () => {
      const text = (word: string): string => `#!${python3}\nprint(${word})\n`;
      const daemon = await run(service('s', { ...forked, server: '@FOLDER@/script' }), { script: text('"old"') });
      await ready(daemon);
      daemon.write('script', text('"new'));
      expect((await talk(await daemon.address('s'))).text).toBe('old\n');
      await daemon.says(/service s: no fork server: .*SyntaxError.*; the one before it serves on/);
      expect((await talk(await daemon.address('s'))).text).toBe('old\n');
      daemon.write('script', text('"new"'));
      await until(async () => (await talk(await daemon.address('s'))).text === 'new\n' || undefined);
    },
  );

  test.skipIf(perl === undefined)('perl: compiled, and run once for each client', async () => {
    const daemon = await run(service('s', { ...forked, server: '@FOLDER@/script', server_args: 'one' }), {
      script: `#!${perl} -w\nuse strict; our $loaded; BEGIN { $loaded = $$ }\nwhile (<STDIN>) { print(($loaded != $$ ? 'forked' : 'executed') . " $ENV{REMOTE_HOST} @ARGV $_") }\nexit 4;\n`,
    });
    await ready(daemon);
    const answer = await talk(await daemon.address('s'), { send: 'hello\n' });
    expect(answer.text).toBe('forked 127.0.0.1 one hello\n');
    await daemon.file('log', /EXIT: s status=4/);
  });

  test('sh: executed for each client, with a note', async () => {
    const daemon = await run(service('s', { ...forked, server: '@FOLDER@/script' }), { script: shell('echo shell\n') });
    await daemon.says(
      /note\[forkserver-not-used\]: the program is executed for each client: .*is a script of \/bin\/sh/,
    );
    expect((await talk(await daemon.address('s'))).text).toBe('shell\n');
  });
});
