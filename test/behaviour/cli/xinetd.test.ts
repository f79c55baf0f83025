/** The personality xinetd in the foreground: its options, its messages, its exit statuses. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { open, talk } from '../../daemon/client.ts';
import { currentUser, Kinetd, type KinetdOptions, service, testFolder } from '../../daemon/kinetd.ts';
import { canMount, withEtc } from '../../daemon/mounts.ts';
import { fixedPort } from '../../daemon/ports.ts';

const time = String.raw`\d\d/\d{1,2}/\d{1,2}@\d\d:\d\d:\d\d`;

/** `xinetd -dontfork` with its messages in the file `log`. */
async function start(
  text: string,
  words: readonly string[] = [],
  options: Partial<KinetdOptions> = {},
): Promise<Kinetd> {
  const daemon = new Kinetd({
    files: { 'x.conf': text },
    command: ['xinetd', '-f', '@FOLDER@/x.conf', '-dontfork', '-filelog', '@FOLDER@/log', ...words],
    ...options,
  });
  await daemon.file('log', /Started working/);
  return daemon;
}

/** The end of a command that does not stay. */
async function end(words: readonly string[], text = ''): Promise<{ status: unknown; errors: string; output: string }> {
  const command = new Kinetd({ files: { 'x.conf': text }, command: ['xinetd', ...words] });
  const status = await command.ended();
  return { status, errors: command.errors, output: command.output };
}

test('its messages go to -filelog in the form that administrators know', async () => {
  const port = await fixedPort();
  const daemon = await start(service('one', {}));
  const line = (level: string, message: string): Promise<RegExpMatchArray> =>
    daemon.file('log', new RegExp(`^${time} xinetd\\[${daemon.pid}\\]: ${level}: ${message}$`, 'm'));
  await line('NOTICE', 'Started working: 1 available service');
  daemon.write('x.conf', service('one', {}) + service('two', { port }));
  daemon.signal('SIGHUP');
  await line('NOTICE', 'Starting reconfiguration');
  await line('NOTICE', 'readjusting service one');
  await line('NOTICE', 'Reconfigured: new=1 old=1 dropped=0 \\(services\\)');
  daemon.write('x.conf', service('two', { port }));
  daemon.signal('SIGHUP');
  await line('NOTICE', 'service one deactivated');
  await line('NOTICE', 'Reconfigured: new=0 old=1 dropped=1 \\(services\\)');
  expect(await daemon.stop()).toBe(0);
  await line('WARNING', 'Exiting\\.\\.\\.');
  expect(daemon.read('log')).not.toMatch(new RegExp(`^(?!${time} xinetd\\[\\d+\\]: [A-Z]+: ).+`, 'm'));
});

test('two services are services', async () => {
  const daemon = await start(service('one', {}) + service('two', {}));
  expect(daemon.read('log')).toMatch(/Started working: 2 available services$/m);
});

test('-filelog is opened anew by SIGHUP, for log rotation', async () => {
  const daemon = await start(service('one', {}));
  renameSync(join(daemon.folder, 'log'), join(daemon.folder, 'log.1'));
  daemon.signal('SIGHUP');
  await daemon.file('log', /Reconfigured/);
  expect(daemon.read('log.1')).not.toMatch(/Reconfigured/);
});

test('relative paths mean what they mean where the command was given, also after a reload', async () => {
  const port = await fixedPort();
  const daemon = new Kinetd({
    files: {
      'x.conf': 'include part\n',
      part: service('one', { port, log_type: 'FILE own.log', log_on_success: 'HOST' }),
    },
    command: ['xinetd', '-dontfork', '-f', 'x.conf', '-filelog', 'log', '-pidfile', 'pid'],
  });
  await daemon.file('log', /Started working: 1/);
  expect(daemon.read('pid')).toBe(`${daemon.pid}\n`);
  renameSync(join(daemon.folder, 'log'), join(daemon.folder, 'log.1'));
  daemon.signal('SIGHUP');
  await daemon.file('log', /Reconfigured: new=0 old=1 dropped=0/);
  await talk({ host: '127.0.0.1', port });
  await daemon.file('own.log', /START: one/);
  expect(await daemon.stop()).toBe(0);
  expect(daemon.read('pid')).toBe('');
});

test('services without log_type log nothing, on stderr neither', async () => {
  const port = await fixedPort();
  const daemon = await start(service('quiet', { port, log_on_success: 'PID HOST' }));
  await talk({ host: '127.0.0.1', port });
  expect(await daemon.stop()).toBe(0);
  expect(daemon.errors + daemon.output).toBe('');
  expect(daemon.read('log')).not.toContain('START');
});

test('-d shows everything on stderr and ends with Ctrl-C', async () => {
  const daemon = new Kinetd({
    files: { 'x.conf': service('one', {}) },
    command: ['xinetd', '-d', '-f', '@FOLDER@/x.conf'],
  });
  await daemon.says(/Started working: 1 available service/);
  daemon.signal('SIGINT');
  expect(await daemon.ended()).toBe(0);
});

test('-limit bounds all servers together', async () => {
  const [one, two] = [await fixedPort(), await fixedPort()];
  const log = { log_type: 'FILE @FOLDER@/service.log', log_on_success: 'PID', log_on_failure: 'HOST' };
  const daemon = await start(service('one', { port: one, ...log }) + service('two', { port: two, ...log }), [
    '-limit',
    '1',
  ]);
  const held = await open({ host: '127.0.0.1', port: one });
  held.write('x');
  await held.receive(/x/);
  expect((await talk({ host: '127.0.0.1', port: two }, { halfClose: false })).text).toBe('');
  await daemon.file('service.log', /FAIL: two process_limit from=127\.0\.0\.1/);
});

test('-version says so on stderr and ends with 0', async () => {
  const { status, errors, output } = await end(['-version']);
  expect({ status, output }).toEqual({ status: 0, output: '' });
  expect(errors).toMatch(/^kinetd \d+\.\d+\.\d+ as xinetd$/m);
});

test.each([
  ['an option without its value', ['-f'], '-f needs a value'],
  ['a stray argument', ['stray'], 'stray is not an option'],
  ['a number that is none', ['-limit', 'many'], '-limit needs a whole number, not many'],
  [
    'two places for messages',
    ['-filelog', '/dev/null', '-syslog', 'daemon'],
    '-filelog and -syslog exclude each other',
  ],
])('%s ends with status 1 and the usage', async (_, words, message) => {
  const { status, errors } = await end(words);
  expect(status).toBe(1);
  expect(errors).toContain(`xinetd: ${message}`);
  expect(errors).toContain('usage: xinetd ');
});

test('an option that it does not know is named, and the rest counts', async () => {
  const daemon = await start(service('one', {}), [
    '-unheard-of',
    '-cc',
    '5',
    '-reuse',
    '-loop',
    '10',
    '-logprocs',
    '3',
  ]);
  expect(daemon.read('log')).toMatch(/WARNING: -unheard-of is not an option of xinetd and is ignored$/m);
  expect(daemon.errors).toContain('-unheard-of');
});

test('a configuration that is not there ends with status 1 and says so', async () => {
  const { status, errors } = await end(['-dontfork', '-filelog', '/dev/null', '-f', '@FOLDER@/absent']);
  expect(status).toBe(1);
  expect(errors).toMatch(/absent/);
});

test('an error in defaults ends with status 1 and shows where', async () => {
  const words = ['-dontfork', '-filelog', '@FOLDER@/log', '-f', '@FOLDER@/x.conf'];
  const { status, errors } = await end(words, `defaults\n{\n\tinstances = x\n}\n${service('one', {})}`);
  expect(status).toBe(1);
  expect(errors).toMatch(/x\.conf:3:/);
});

test('-dontfork stays without a single service, as xinetd does', async () => {
  const daemon = await start('defaults\n{\n}\n');
  expect(daemon.read('log')).toMatch(/Started working: 0 available services$/m);
  const port = await fixedPort();
  daemon.write('x.conf', service('late', { port }));
  daemon.signal('SIGHUP');
  await daemon.file('log', /Reconfigured: new=1 old=0 dropped=0/);
  expect((await talk({ host: '127.0.0.1', port }, { send: 'x' })).text).toBe('x');
});

test('diagnostics are one line each in the log, with file and line as in xinetd', async () => {
  const daemon = await start(service('good', {}) + service('bad', { server: '/nonexistent' }));
  expect(daemon.read('log')).toMatch(
    new RegExp(
      `^${time} xinetd\\[\\d+\\]: ERROR: service bad: .*/nonexistent.* \\[file=${daemon.folder}/x\\.conf\\] \\[line=\\d+\\]$`,
      'm',
    ),
  );
});

test('a log file that cannot be opened ends with status 1', async () => {
  const { status, errors } = await end(['-dontfork', '-filelog', '@FOLDER@/absent/log', '-f', '@FOLDER@/x.conf']);
  expect(status).toBe(1);
  expect(errors).toMatch(/xinetd: cannot open the log: ENOENT/);
});

test.runIf(canMount)('-inetd_compat serves /etc/inetd.conf as well', async () => {
  const [one, two] = [await fixedPort(), await fixedPort()];
  const etc = testFolder();
  writeFileSync(join(etc, 'inetd.conf'), `127.0.0.1:${two} stream tcp nowait ${currentUser()} /bin/cat cat\n`);
  const daemon = await start(service('one', { port: one }), ['-inetd_compat'], { wrapper: withEtc(etc, testFolder()) });
  for (const port of [one, two]) expect((await talk({ host: '127.0.0.1', port }, { send: 'x' })).text).toBe('x');
  expect(daemon.read('log')).toMatch(/Started working: 2 available services$/m);
});

test.runIf(canMount)('without -f it reads /etc/xinetd.conf', async () => {
  const port = await fixedPort();
  const etc = testFolder();
  writeFileSync(join(etc, 'xinetd.conf'), service('one', { port }));
  const daemon = new Kinetd({
    files: {},
    command: ['xinetd', '-dontfork', '-filelog', '@FOLDER@/log'],
    wrapper: withEtc(etc, testFolder()),
  });
  await daemon.file('log', /Started working: 1 available service/);
  expect((await talk({ host: '127.0.0.1', port }, { send: 'x' })).text).toBe('x');
});

test('it calls itself xinetd in the list of processes', async () => {
  const daemon = await start(service('one', {}));
  expect(readFileSync(`/proc/${daemon.pid}/comm`, 'latin1')).toBe('xinetd\n');
});
