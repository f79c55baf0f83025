/** kinetd run and the command line of kinetd as a whole. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { talk } from '../../daemon/client.ts';
import { currentUser, Kinetd, service, startKinetd, testFolder } from '../../daemon/kinetd.ts';
import { canMount, withEtc } from '../../daemon/mounts.ts';
import { fixedPort } from '../../daemon/ports.ts';

async function end(...words: readonly string[]): Promise<{ status: unknown; errors: string; output: string }> {
  const command = new Kinetd({ files: { 'x.conf': '' }, command: ['kinetd', ...words] });
  const status = await command.ended();
  return { status, errors: command.errors, output: command.output };
}

test('it says where each service listens, and Ctrl-C ends it with status 0', async () => {
  const daemon = await startKinetd({
    files: {
      'x.conf': service('tcp', {}) + service('udp', { socket_type: 'dgram' }) + service('six', { bind: '::1' }),
    },
  });
  await daemon.says(/^tcp: tcp 127\.0\.0\.1:\d+$/m);
  await daemon.says(/^udp: udp 127\.0\.0\.1:\d+$/m);
  await daemon.says(/^six: tcp \[::1\]:\d+$/m);
  daemon.signal('SIGINT');
  expect(await daemon.ended()).toBe(0);
});

test('both dialects at once', async () => {
  const port = await fixedPort();
  const daemon = await startKinetd({
    files: {
      'x.conf': service('one', {}),
      'inetd.conf': `127.0.0.1:${port} stream tcp nowait ${currentUser()} /bin/cat cat\n`,
    },
    command: ['kinetd', 'run', '-f', '@FOLDER@/x.conf', '-f', '@FOLDER@/inetd.conf'],
  });
  expect((await talk(await daemon.address('one'), { send: 'x' })).text).toBe('x');
  expect((await talk({ host: '127.0.0.1', port }, { send: 'y' })).text).toBe('y');
});

test('a service that is refused is shown, and the others run', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': service('bad', { server: '/nonexistent' }) + service('good', {}) },
  });
  expect(daemon.errors).toMatch(/error\[[\w-]+\]: .*\n.*--> .*x\.conf:\d+:\d+/);
  expect((await talk(await daemon.address('good'), { send: 'x' })).text).toBe('x');
});

test('services that log to a file do not do so on stderr as well', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': service('one', { log_type: 'FILE @FOLDER@/log', log_on_success: 'PID' }) },
  });
  await talk(await daemon.address('one'));
  await daemon.file('log', /START/);
  expect(await daemon.stop()).toBe(0);
  expect(daemon.errors).not.toContain('START');
});

test.each([
  ['without a single service', 'defaults\n{\n}\n', /no services\. Exiting/],
  ['with an error in defaults', `defaults\n{\n\tinstances = x\n}\n`, /couldn't get configuration\. Exiting/],
])('%s it ends with status 1', async (_, text, message) => {
  const daemon = new Kinetd({ files: { 'x.conf': text } });
  expect(await daemon.ended()).toBe(1);
  expect(daemon.errors).toMatch(message);
});

test('a configuration that is not there ends with status 1', async () => {
  const { status, errors } = await end('run', '-f', '@FOLDER@/absent');
  expect(status).toBe(1);
  expect(errors).toContain('absent');
});

test.runIf(canMount).each([
  [['kinetd.conf', 'xinetd.conf', 'inetd.conf'], '/etc/kinetd.conf'],
  [['xinetd.conf', 'inetd.conf'], '/etc/xinetd.conf'],
  [['inetd.conf'], '/etc/inetd.conf'],
] as const)('without -f and with %j in /etc it reads %s and says so', async (names, chosen) => {
  const port = await fixedPort();
  const etc = testFolder();
  for (const name of names) {
    const text =
      name === 'inetd.conf' ? `127.0.0.1:${port} stream tcp nowait root /bin/cat cat\n` : service('one', { port });
    writeFileSync(join(etc, name), `/etc/${name}` === chosen ? text : 'service broken\n');
  }
  const daemon = await startKinetd({ files: {}, command: ['kinetd', 'run'], wrapper: withEtc(etc, testFolder()) });
  expect(daemon.errors).toContain(`kinetd: reading ${chosen}\n`);
  expect((await talk({ host: '127.0.0.1', port }, { send: 'x' })).text).toBe('x');
});

test.runIf(canMount)('without -f and without a configuration it ends with status 1 and names the places', async () => {
  const etc = testFolder();
  writeFileSync(join(etc, 'other'), '');
  const daemon = new Kinetd({ files: {}, command: ['kinetd', 'run'], wrapper: withEtc(etc, testFolder()) });
  expect(await daemon.ended()).toBe(1);
  expect(daemon.errors).toContain('/etc/kinetd.conf, /etc/xinetd.conf, /etc/inetd.conf');
});

test.each([
  ['an unknown command', ['serve']],
  ['an unknown option', ['run', '--fast']],
  ['an option without its value', ['run', '-f']],
  ['a number that is none', ['run', '--limit', 'many']],
  ['a limit of nothing', ['run', '--limit', '0']],
  ['no command at all', []],
])('%s is wrong usage: status 2 and a message', async (_, words) => {
  const { status, errors } = await end(...words);
  expect(status).toBe(2);
  expect(errors).not.toBe('');
});

test('--help and --version go to stdout with status 0', async () => {
  const help = await end('--help');
  expect(help.status).toBe(0);
  expect(help.output).toMatch(/Usage: kinetd/);
  expect(await end('--version')).toMatchObject({ status: 0, output: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});
