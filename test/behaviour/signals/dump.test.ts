/** SIGUSR1: the state dump, and where it may be written. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { open } from '../../daemon/client.ts';
import { asNobody, isRoot, type Kinetd, service, startKinetd, testFolder } from '../../daemon/kinetd.ts';
import { canMount, withRun } from '../../daemon/mounts.ts';
import { children } from '../../daemon/processes.ts';
import { until } from '../../daemon/until.ts';

const files = { 'x.conf': service('echo', { instances: 3 }) };

function command(dumpFile: string): readonly [string, ...string[]] {
  return ['kinetd', 'run', '-f', '@FOLDER@/x.conf', '--dump-file', dumpFile];
}

async function dumped(daemon: Kinetd): Promise<void> {
  const before = daemon.errors.length;
  daemon.signal('SIGUSR1');
  await until(() => daemon.errors.slice(before).match(/generated state dump in file|no state dump/) ?? undefined);
}

test('it holds the services, their servers and the descriptors, and nobody else may read it', async () => {
  const daemon = await startKinetd({ files, command: command('@FOLDER@/dump'), shell: 'umask 0' });
  const connection = await open(await daemon.address('echo'));
  connection.write('x');
  await connection.receive(/x/);
  // A server may answer before the thread that has launched it has said so.
  await daemon.says(/^START: echo/m);
  await dumped(daemon);
  const text = daemon.read('dump');
  const [server = -1] = children(daemon.pid);
  expect(text).toMatch(
    /^INTERNAL STATE DUMP: kinetd \d+\.\d+\.\d+\nCurrent time: \w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}\n/,
  );
  expect(text).toMatch(/^Service = echo\n\tState = Active\n/m);
  expect(text).toMatch(/^\t\tInstances = 3\n/m);
  expect(text).toMatch(/^\trunning servers = 1\n\tretry servers = 0\n\tattempts = 0\n\tservice fd = \d+\n/m);
  expect(text).toMatch(
    new RegExp(
      `^echo server\npid = ${server}\n(.*\n)*\tremote_address = 127\\.0\\.0\\.1,${connection.socket.localPort}\n`,
      'm',
    ),
  );
  expect(text).toMatch(/\nEND OF DUMP\n\n$/);
  expect(daemon.errors).not.toMatch(/debugger|inspector/i);
  expect(statSync(join(daemon.folder, 'dump')).mode & 0o777).toBe(0o600);
  connection.close();
  await daemon.says(/^EXIT: echo/m);
  await dumped(daemon);
  expect(daemon.read('dump').match(/INTERNAL STATE DUMP/g)).toHaveLength(1);
  expect(daemon.read('dump')).toMatch(/^running_servers = 0$/m);
});

test('a service without its port says so, and how often it has been tried', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': service('gone', { bind: '192.0.2.1', port: 4000 }) + service('echo', {}) },
    command: command('@FOLDER@/dump'),
  });
  await dumped(daemon);
  expect(daemon.read('dump')).toMatch(/^Service = gone\n\tState = Not started\n/m);
  expect(daemon.read('dump')).toMatch(/^active_services = 1$/m);
});

test('it replaces a link in its place, and leaves alone what that points to', async () => {
  const folder = testFolder();
  const [target, link] = [join(folder, 'target'), join(folder, 'dump')];
  writeFileSync(target, 'precious');
  symlinkSync(target, link);
  await dumped(await startKinetd({ files, command: command(link) }));
  expect(readFileSync(target, 'latin1')).toBe('precious');
  expect(readFileSync(link, 'latin1')).toContain('END OF DUMP');
});

test('where it cannot be, one line says why and the daemon goes on', async () => {
  const daemon = await startKinetd({ files, command: command('@FOLDER@/absent/dump') });
  await dumped(daemon);
  expect(daemon.errors.match(/^kinetd: error: no state dump: ENOENT: .*absent\/dump'$/gm)).toHaveLength(1);
  mkdirSync(join(daemon.folder, 'absent'));
  chmodSync(join(daemon.folder, 'absent'), 0o777);
  await dumped(daemon);
  expect(daemon.errors).toMatch(/^kinetd: error: no state dump: EPERM: others can write the directory/m);
  expect(readdirSync(join(daemon.folder, 'absent'))).toEqual([]);
  chmodSync(join(daemon.folder, 'absent'), 0o1777);
  await dumped(daemon);
  expect(daemon.read('absent/dump')).toContain('END OF DUMP');
});

test.skipIf(!canMount)('root writes it to /run/kinetd.dump', async () => {
  const daemon = await startKinetd({ files, wrapper: withRun });
  daemon.signal('SIGUSR1');
  await daemon.says(/generated state dump in file \/run\/kinetd\.dump/);
  expect(existsSync(`/proc/${daemon.pid}/root/run/kinetd.dump`)).toBe(true);
});

test.skipIf(!canMount)('as xinetd it is written to /var/run/xinetd.dump, or where -dumpfile says', async () => {
  const command = ['xinetd', '-d', '-f', '@FOLDER@/x.conf'] as const;
  const daemon = await startKinetd({ files, command, wrapper: withRun });
  daemon.signal('SIGUSR1');
  await daemon.says(/generated state dump in file \/var\/run\/xinetd\.dump/);
  expect(readFileSync(`/proc/${daemon.pid}/root/run/xinetd.dump`, 'latin1')).toContain('END OF DUMP');
  const elsewhere = await startKinetd({ files, command: [...command, '-dumpfile', 'here'] });
  await dumped(elsewhere);
  expect(elsewhere.read('here')).toContain('END OF DUMP');
});

test.skipIf(!isRoot)(
  'somebody else has it where his other passing files are, or is told that there is no place',
  async () => {
    const plain = { 'x.conf': service('echo', { user: 'nobody' }) };
    const runtime = await startKinetd({
      files: plain,
      wrapper: asNobody,
      openFolder: true,
      shell: 'mkdir runtime && chown nobody runtime && export XDG_RUNTIME_DIR=$PWD/runtime',
    });
    await dumped(runtime);
    expect(runtime.read('runtime/kinetd.dump')).toContain('END OF DUMP');
    const none = await startKinetd({ files: plain, wrapper: asNobody, shell: 'unset XDG_RUNTIME_DIR' });
    await dumped(none);
    expect(none.errors).toMatch(/error: no state dump: XDG_RUNTIME_DIR is not set, and no file is named for it/);
  },
);

test('a dump that is asked for during a reload comes after it', async () => {
  const daemon = await startKinetd({ files, command: command('@FOLDER@/dump') });
  daemon.write('x.conf', service('echo', { instances: 7 }));
  daemon.signal('SIGHUP');
  daemon.signal('SIGUSR1');
  await daemon.says(/generated state dump/);
  await daemon.says(/Reconfigured/);
  await dumped(daemon);
  expect(daemon.read('dump')).toMatch(/Instances = 7/);
});
