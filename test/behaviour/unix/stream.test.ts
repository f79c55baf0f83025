/** Unix stream sockets of an inetd.conf: who may connect, who the client is, and what becomes of the file. */
import { lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { closeDescriptor } from '../../../src/os/mod.ts';
import { asNobody, currentUser, isRoot, Kinetd, startKinetd, testFolder } from '../../daemon/kinetd.ts';
import { bound, fares, hearUnix, leaveStale, sendUnix, talkUnix } from '../../daemon/unix-client.ts';
import { until } from '../../daemon/until.ts';

const user = currentUser();
const line = (name: string, rest = `stream unix nowait ${user} /bin/cat cat`): string => `@FOLDER@/${name} ${rest}\n`;
const exists = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

function inetd(lines: string, dialect = 'debian'): Readonly<Record<string, string>> {
  return { 'inetd.conf': `# kinetd: dialect ${dialect}\n${lines}` };
}

test('a client is served, and the file goes when the daemon stops', async () => {
  const daemon = await startKinetd({ files: inetd(line('s')) });
  const path = join(daemon.folder, 's');
  expect([await fares(path), lstatSync(path).mode & 0o777]).toEqual(['served', 0o666]);
  await daemon.says(new RegExp(`^${path}: unix ${path}$`, 'm'));
  expect([await daemon.stop(), exists(path)]).toEqual([0, false]);
});

test('the server and the log learn who connected, and no port', async () => {
  const env = `stream unix nowait ${user} /usr/bin/env env`;
  const daemon = await startKinetd({ files: inetd(line('s', env)) });
  const path = join(daemon.folder, 's');
  const told = (await hearUnix(path)).split('\n').filter((text) => /^(PROTO|REMOTE|LOCAL|TCP|UDP|UNIX)/.test(text));
  expect(told.sort()).toEqual([
    'PROTO=UNIX',
    `REMOTE_HOST=unix:uid=${process.getuid?.()}`,
    `UNIXLOCALPATH=${path}`,
    `UNIXREMOTEEGID=${process.getgid?.()}`,
    `UNIXREMOTEEUID=${process.getuid?.()}`,
    `UNIXREMOTEPID=${process.pid}`,
  ]);
  await daemon.says(new RegExp(`^START: ${path} pid=\\d+ from=unix:uid=${process.getuid?.()}$`, 'm'));
});

test('the last component of the path says which internal service it is', async () => {
  const lines = ['echo', 'daytime', 'auth'].map((name) => line(name, 'stream unix nowait root internal')).join('');
  const daemon = await startKinetd({ files: inetd(lines, 'freebsd') });
  expect(await fares(join(daemon.folder, 'echo'))).toBe('served');
  expect(await hearUnix(join(daemon.folder, 'daytime'))).toMatch(/ \d\d:\d\d:\d\d .*\r\n$/);
  expect(await talkUnix(join(daemon.folder, 'auth'), '1, 2\r\n')).toBe('1 , 2 : ERROR : HIDDEN-USER\r\n');
  const uid = process.getuid?.();
  await daemon.says(new RegExp(`^START: ${daemon.folder}/echo pid=\\d+ from=unix:uid=${uid}$`, 'm'));
});

test('a socket that a daemon has left behind after a kill is no obstacle', async () => {
  const first = await startKinetd({ files: inetd(line('s')), openFolder: true });
  const path = join(first.folder, 's');
  first.signal('SIGKILL');
  await first.ended();
  expect([exists(path), await fares(path)]).toEqual([true, 'ECONNREFUSED']);
  const second = await startKinetd({ files: { 'inetd.conf': `${path} stream unix nowait ${user} /bin/cat cat\n` } });
  expect(await fares(path)).toBe('served');
  await second.stop();
  expect(exists(path)).toBe(false);
});

test('a socket that another process serves, and a file, are left alone until they are gone', async () => {
  const folder = testFolder();
  const [taken, file] = [join(folder, 'taken'), join(folder, 'file')];
  const other = bound(taken);
  writeFileSync(file, 'text');
  const lines = [taken, file].map((path) => `${path} stream unix nowait ${user} /bin/cat cat\n`).join('');
  const daemon = await startKinetd({ files: inetd(lines + line('free')) });
  expect(await fares(join(daemon.folder, 'free'))).toBe('served');
  await daemon.says(new RegExp(`bind failed \\(Address already in use \\(errno = 98\\)\\). service = ${file}`));
  expect([lstatSync(file).isFile(), lstatSync(taken).isSocket()]).toEqual([true, true]);
  closeDescriptor(other);
  await until(async () => ((await fares(taken)) === 'served' ? true : undefined));
  await daemon.stop();
  expect([exists(taken), lstatSync(file).isFile()]).toEqual([false, true]);
});

test('a symbolic link is not followed to the socket that it names', async () => {
  const folder = testFolder();
  leaveStale(join(folder, 'target'));
  symlinkSync('target', join(folder, 'link'));
  const text = `${join(folder, 'link')} stream unix nowait ${user} /bin/cat cat\n`;
  const daemon = await startKinetd({ files: inetd(text + line('free')) });
  await daemon.says(/bind failed \(Address already in use/);
  await daemon.stop();
  expect([lstatSync(join(folder, 'link')).isSymbolicLink(), lstatSync(join(folder, 'target')).isSocket()]).toEqual([
    true,
    true,
  ]);
});

test('a reload keeps the socket of a line that stays and removes that of one that goes', async () => {
  const daemon = await startKinetd({ files: inetd(line('stays') + line('goes')) });
  const path = (name: string): string => join(daemon.folder, name);
  const { ino } = lstatSync(path('stays'));
  const echo = `stream unix nowait ${user} /bin/echo echo changed`;
  daemon.write('inetd.conf', inetd(line('stays', echo) + line('new'))['inetd.conf'] ?? '');
  expect(await daemon.reload()).toMatch(/^Reconfigured/);
  expect([lstatSync(path('stays')).ino, exists(path('goes')), await fares(path('new'))]).toEqual([
    ino,
    false,
    'served',
  ]);
  expect(await hearUnix(path('stays'))).toBe('changed\n');
});

test('a reload gives the socket another mode without closing it', async () => {
  const entry = (mode: string): string => `:::${mode}:@FOLDER@/s stream unix nowait ${user} /bin/cat cat\n`;
  const daemon = await startKinetd({ files: inetd(entry('0600'), 'freebsd') });
  const path = join(daemon.folder, 's');
  const before = lstatSync(path);
  daemon.write('inetd.conf', inetd(entry('0640'), 'freebsd')['inetd.conf'] ?? '');
  await daemon.reload();
  const after = lstatSync(path);
  expect([before.mode & 0o777, after.mode & 0o777, after.ino]).toEqual([0o600, 0o640, before.ino]);
  expect(await fares(path)).toBe('served');
});

test('a wait server gets the listening socket, and a datagram starts a server', async () => {
  const dgram = `dgram unix wait ${user} /bin/dd dd bs=100 count=1 of=@FOLDER@/got status=none`;
  const daemon = await startKinetd({ files: inetd(line('d', dgram)) });
  const path = join(daemon.folder, 'd');
  sendUnix(path, 'one datagram');
  await daemon.file('got', /^one datagram$/);
  await daemon.says(/^START: \S+ pid=\d+ from=unix$/m);
  await daemon.says(/^EXIT: \S+ status=0/m);
  sendUnix(path, 'another one');
  await daemon.file('got', /^another one$/);
});

test.skipIf(!isRoot)('owner, group and mode decide who may connect (skipped: needs root)', async () => {
  const entries = `:nobody:daemon:0600:@FOLDER@/theirs stream unix nowait root /bin/cat cat\n@FOLDER@/ours stream unix nowait root /bin/cat cat\n`;
  const daemon = await startKinetd({ files: inetd(entries, 'freebsd') });
  const theirs = lstatSync(join(daemon.folder, 'theirs'));
  const ours = lstatSync(join(daemon.folder, 'ours'));
  expect([theirs.mode & 0o777, theirs.uid > 0, theirs.gid > 0]).toEqual([0o600, true, true]);
  expect([ours.mode & 0o777, ours.uid]).toEqual([0o200, 0]);
});

test.skipIf(!isRoot)('a daemon of an ordinary user serves its own (skipped: needs root to become one)', async () => {
  const daemon = await startKinetd({
    files: inetd('@FOLDER@/s stream unix nowait nobody /bin/cat cat\n'),
    wrapper: asNobody,
    openFolder: true,
  });
  expect(await fares(join(daemon.folder, 's'))).toBe('served');
  await daemon.stop();
  expect(exists(join(daemon.folder, 's'))).toBe(false);
});

test.skipIf(!isRoot)(
  'in a directory of somebody else the socket is served all the same (skipped: needs root)',
  async () => {
    const folder = testFolder();
    mkdirSync(join(folder, 'open'), { mode: 0o777 });
    const path = join(folder, 'open', 's');
    const daemon = await startKinetd({ files: inetd(`${path} stream unix nowait root /bin/cat cat\n`) });
    expect(await fares(path)).toBe('served');
    await daemon.stop();
    expect(exists(path)).toBe(false);
  },
);

test('a line whose socket cannot be had does not keep the daemon from stopping', async () => {
  const daemon = new Kinetd({
    files: inetd(`@FOLDER@/no/such/s stream unix nowait ${user} /bin/cat cat\n${line('s')}`),
  });
  await daemon.says(/open failed \(No such file or directory/);
  mkdirSync(join(daemon.folder, 'no/such'), { recursive: true });
  await until(async () => ((await fares(join(daemon.folder, 'no/such/s'))) === 'served' ? true : undefined));
  expect(await daemon.stop()).toBe(0);
});
