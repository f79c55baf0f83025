/** The pid file of a daemon in the foreground. */
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { Kinetd, service, startKinetd, testFolder } from '../../daemon/kinetd.ts';

const files = { 'x.conf': service('echo', {}) };

function command(pidFile: string): readonly [string, ...string[]] {
  return ['kinetd', 'run', '-f', '@FOLDER@/x.conf', '--pid-file', pidFile];
}

test('it holds the pid while the daemon runs and is gone afterwards', async () => {
  const daemon = await startKinetd({ files, command: command('@FOLDER@/pid'), shell: 'umask 0' });
  expect(daemon.read('pid')).toBe(`${daemon.pid}\n`);
  expect(statSync(join(daemon.folder, 'pid')).mode & 0o777).toBe(0o644);
  expect(await daemon.stop()).toBe(0);
  expect(existsSync(join(daemon.folder, 'pid'))).toBe(false);
});

test('a link in its place is replaced, and what it points to is left alone', async () => {
  const folder = testFolder();
  const [target, link] = [join(folder, 'target'), join(folder, 'pid')];
  writeFileSync(target, 'precious');
  symlinkSync(target, link);
  const daemon = await startKinetd({ files, command: command(link) });
  expect(readFileSync(link, 'latin1')).toBe(`${daemon.pid}\n`);
  expect(readFileSync(target, 'latin1')).toBe('precious');
});

test('the file of another daemon that has taken its place stays', async () => {
  const daemon = await startKinetd({ files, command: command('@FOLDER@/pid') });
  daemon.write('pid', '1\n');
  expect(await daemon.stop()).toBe(0);
  expect(daemon.read('pid')).toBe('1\n');
});

test('one that cannot be written ends the start with status 1 and a message', async () => {
  const daemon = new Kinetd({ files, command: command('@FOLDER@/absent/pid') });
  expect(await daemon.ended()).toBe(1);
  expect(daemon.errors).toMatch(/critical: pid file \S+\/absent\/pid: ENOENT.*\. Exiting\.\.\.$/m);
});
