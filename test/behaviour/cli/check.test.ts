/** kinetd check: what it says, how it says it, and with which status. */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { talk } from '../../daemon/client.ts';
import { fillJail } from '../../daemon/jail.ts';
import { currentUser, isRoot, Kinetd, type KinetdOptions, root, service, testFolder } from '../../daemon/kinetd.ts';
import { canMount, withEtc } from '../../daemon/mounts.ts';
import { fixedPort } from '../../daemon/ports.ts';
import { programPath } from '../../daemon/programs.ts';

const bad = service('bad', { server: '/nonexistent' });

async function check(
  text: string,
  words: readonly string[] = [],
  options: Partial<KinetdOptions> = {},
): Promise<{ readonly status: unknown; readonly output: string; readonly errors: string; readonly path: string }> {
  const command = new Kinetd({
    files: { 'x.conf': text },
    command: ['kinetd', 'check', '-f', '@FOLDER@/x.conf', ...words],
    ...options,
  });
  const status = await command.ended();
  return { status, output: command.output, errors: command.errors, path: `${command.folder}/x.conf` };
}

test('a good configuration: status 0 and a summary', async () => {
  expect(await check(service('one', {}) + service('two', { disable: 'yes' }))).toMatchObject({
    status: 0,
    output: '1 service ready, 0 refused, 1 disabled; 0 errors, 0 warnings\n',
    errors: '',
  });
});

test('an error: status 1, with file, line, column and the words underlined', async () => {
  const { status, output, errors, path } = await check(service('one', {}) + bad);
  expect(status).toBe(1);
  expect(output).toMatch(/^1 service ready, 1 refused, 0 disabled; 1 error, 0 warnings$/m);
  expect(errors).toMatch(new RegExp(`--> ${path}:\\d+:\\d+`));
  expect(errors).toMatch(/server = \/nonexistent\n.*\^{5,}/);
});

test('an error in defaults: the daemon would not start with it', async () => {
  const { status, output } = await check(`defaults\n{\n\tinstances = x\n}\n${service('one', {})}`);
  expect(status).toBe(1);
  expect(output).toContain('the daemon would not start with it');
});

test('a file that is not there: status 1', async () => {
  const command = new Kinetd({ files: {}, command: ['kinetd', 'check', '-f', '@FOLDER@/absent'] });
  expect(await command.ended()).toBe(1);
  expect(command.errors).toContain('absent');
});

test('a directory is read as includedir reads it, and several -f make one configuration', async () => {
  const command = new Kinetd({
    files: { 'x.d/one': service('one', {}), 'x.d/skipped.conf': bad, 'two.conf': service('two', {}) },
    command: ['kinetd', 'check', '-f', '@FOLDER@/x.d', '-f', '@FOLDER@/two.conf'],
  });
  expect(await command.ended()).toBe(0);
  expect(command.output).toMatch(/^2 services ready/m);
});

test('an inetd.conf is told by its content', async () => {
  expect(await check(`7000 stream tcp nowait ${currentUser()} /bin/cat cat\n`)).toMatchObject({
    status: 0,
    output: '1 service ready, 0 refused, 0 disabled; 0 errors, 0 warnings\n',
  });
});

test('--json prints one document with diagnostics and services', async () => {
  const { status, output, errors, path } = await check(service('one', {}) + bad, ['--json']);
  expect(status).toBe(1);
  expect(errors).toBe('');
  expect(JSON.parse(output)).toMatchObject({
    usable: true,
    files: [path],
    diagnostics: [{ severity: 'error', service: 'bad' }],
  });
});

test('nothing is started: the port of a service stays free', async () => {
  const port = await fixedPort();
  expect((await check(service('one', { port }))).status).toBe(0);
  await expect(talk({ host: '127.0.0.1', port })).rejects.toThrow('ECONNREFUSED');
});

const colour = '\u001b[';

test('there are no colours where nobody sees them', async () => {
  expect((await check(bad)).errors).not.toContain(colour);
});

const script = programPath('script');

test.skipIf(script === undefined)('on a terminal there are, unless NO_COLOR is set', () => {
  const command = `${process.execPath} ${root}bin/kinetd check -f /nonexistent/kinetd.conf`;
  const onTerminal = (environment: Readonly<Record<string, string>>): string => {
    const { NO_COLOR: _, ...rest } = process.env;
    return spawnSync(script ?? 'script', ['-qec', command, '/dev/null'], {
      env: { ...rest, ...environment },
      encoding: 'utf8',
    }).stdout;
  };
  expect(onTerminal({})).toContain(colour);
  const plain = onTerminal({ NO_COLOR: '1' });
  expect(plain).toContain('/nonexistent/kinetd.conf');
  expect(plain).not.toContain(colour);
});

test('what a file holds cannot steer the terminal', async () => {
  const { errors } = await check(service('one', { server: `/nonexistent/\u001b[31mred\u0007` }));
  expect(errors).toContain('/nonexistent/');
  expect(errors).not.toMatch(/(?![\n\t])\p{Cc}/u);
});

test.skipIf(!canMount)('reads hosts.allow and hosts.deny where a service asks them', async () => {
  const etc = testFolder();
  writeFileSync(join(etc, 'hosts.deny'), 'cat: 10.0.0.1\ncat: ALL: spawn (/bin/true)\n');
  const asks = await check(service('one', {}), [], { wrapper: withEtc(etc, testFolder()) });
  expect(asks.errors).toMatch(
    /warning\[hosts-rule-refuses\]: the option spawn is not supported\n +--> \/etc\/hosts\.deny:2:1/,
  );
  expect([asks.status, asks.output]).toEqual([0, expect.stringContaining('0 errors, 1 warning')]);
  const asksNot = await check(service('one', { flags: 'NOLIBWRAP' }), [], { wrapper: withEtc(etc, testFolder()) });
  expect(asksNot.errors).not.toContain('hosts-rule-refuses');
});

test('a name that is looked up for each client and has no address: a warning, since it may come later', async () => {
  const { status, errors } = await check(service('one', { redirect: 'gone.invalid 80' }));
  expect(errors).toContain("warning[name-not-resolved]: 'gone.invalid' has no address now, and clients are passed on");
  expect(status).toBe(0);
});

test('a port that another process has: who it is, and status 1', async () => {
  const port = await fixedPort();
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => void holder.close());
  const { status, errors } = await check(service('one', { port, bind: '127.0.0.1' }));
  expect(status).toBe(1);
  expect(errors).toContain(`error[port-taken]: 127.0.0.1:${port}/tcp is held by`);
  expect(errors).toContain(`(pid ${process.pid})`);
});

test('a port that a running kinetd has is no mistake', async () => {
  const port = await fixedPort();
  const text = service('one', { port, bind: '127.0.0.1' });
  const daemon = new Kinetd({ files: { 'x.conf': text } });
  await daemon.address('one');
  const { status, errors } = await check(text);
  expect(errors).toContain(`note[port-taken]: 127.0.0.1:${port}/tcp is held by kinetd (pid ${daemon.pid})`);
  expect(status).toBe(0);
});

test('--as says what an old daemon would make of it, as notes', async () => {
  const text = service('one', { per_source: '10 # ten' });
  // What xinetd loses without a word is told in any case, and once.
  const silent = /predecessor-differs.*\n.*x\.conf:\d+:2\n/;
  expect((await check(text)).errors.match(new RegExp(silent, 'g'))).toHaveLength(1);
  expect((await check(service('one', { per_source: 10 }))).errors).toBe('');
  const { status, errors } = await check(text, ['--as', 'xinetd']);
  expect(status).toBe(0);
  expect(errors).toContain('note[predecessor-differs]: xinetd takes the comment behind per_source for values');
  expect((await check(text, ['--as', 'launchd'])).status).toBe(2);
});

test.runIf(isRoot)('what a program needs is looked for below its chroot', async () => {
  const jail = testFolder();
  mkdirSync(join(jail, 'bin'));
  copyFileSync(realpathSync('/bin/cat'), join(jail, 'bin/cat'));
  const text = service('cat', { chroot: jail });
  const { status, errors } = await check(text);
  expect(status).toBe(1);
  expect(errors).toMatch(
    /^error\[interpreter-missing\]: \/bin\/cat below \S+ is loaded by \/\S*ld\S*, which is not there$/m,
  );
  fillJail(jail, ['/bin/cat']);
  expect((await check(text)).status).toBe(0);
  writeFileSync(join(jail, 'bin/script'), '#!/bin/none\n');
  chmodSync(join(jail, 'bin/script'), 0o755);
  expect((await check(service('script', { chroot: jail, server: '/bin/script' }))).errors).toMatch(
    /the first line of \/bin\/script below \S+ asks for \/bin\/none, which is not there$/m,
  );
});

test('--color says whether there are colours, whatever NO_COLOR and the terminal say', async () => {
  const colour = '\u001b[';
  expect((await check(bad)).errors).not.toContain(colour);
  expect((await check(bad, ['--color', 'always'], { environment: { NO_COLOR: '1' } })).errors).toContain(colour);
  expect((await check(bad, ['--color', 'never'])).errors).not.toContain(colour);
});
