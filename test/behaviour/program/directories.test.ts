/** Where a server is: chroot and working_directory; and no_new_privs, which keeps it what it is. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { talk } from '../../daemon/client.ts';
import { fillJail } from '../../daemon/jail.ts';
import { isRoot, service, startKinetd, testFolder } from '../../daemon/kinetd.ts';

/** A directory with /bin/sh, /bin/cat and /bin/pwd, the last also by way of a link that is absolute in there. */
function jail(): string {
  const folder = testFolder();
  fillJail(folder, ['/bin/sh', '/bin/cat', '/bin/pwd']);
  mkdirSync(join(folder, 'data'));
  symlinkSync('/bin/pwd', join(folder, 'where'));
  return folder;
}

test('working_directory is where the program starts', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': service('show', { server: '/bin/pwd', working_directory: '@FOLDER@/data' }), 'data/x': '' },
  });
  expect((await talk(await daemon.address('show'))).text).toBe(`${daemon.folder}/data\n`);
});

test('a working directory that has gone since: FAIL, and the step in the log of the daemon', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': service('show', { server: '/bin/pwd', working_directory: '@FOLDER@/data' }), 'data/x': '' },
  });
  rmSync(join(daemon.folder, 'data'), { recursive: true });
  expect((await talk(await daemon.address('show'))).text).toBe('');
  await daemon.says(/service show: chdir\( \S+\/data \) failed: No such file or directory \(errno = 2\)/);
  await daemon.says(/^FAIL: show exec /m);
});

test.runIf(isRoot)('chroot: paths are those of the jail, and so are links in it', async () => {
  const root = jail();
  const daemon = await startKinetd({
    files: {
      'x.conf':
        service('where', { server: '/where', chroot: root, working_directory: '/data', user: 'nobody' }) +
        service('show', { server: '/bin/cat', server_args: '/data/outside /data/inside', chroot: root }),
      secret: 'secret',
    },
  });
  symlinkSync(join(daemon.folder, 'secret'), join(root, 'data/outside'));
  writeFileSync(join(root, 'data/inside'), 'inside\n');
  expect((await talk(await daemon.address('where'))).text).toBe('/data\n');
  const { text } = await talk(await daemon.address('show'));
  expect(text).toContain('inside\n');
  expect(text).not.toContain('secret');
});

test.runIf(isRoot)('chroot: the server has the ids of its user', async () => {
  const root = jail();
  const daemon = await startKinetd({
    files: {
      'x.conf': service('show', {
        server: '/bin/sh',
        server_args: '/try',
        chroot: root,
        user: 'nobody',
        groups: 'yes',
      }),
    },
  });
  writeFileSync(join(root, 'try'), 'echo x >/data/mine || echo refused\n');
  expect((await talk(await daemon.address('show'))).text).toContain('refused\n');
});

test.runIf(isRoot)('a jail that has gone since: FAIL, and the step in the log of the daemon', async () => {
  const root = jail();
  const daemon = await startKinetd({ files: { 'x.conf': service('show', { server: '/bin/pwd', chroot: root }) } });
  rmSync(root, { recursive: true });
  expect((await talk(await daemon.address('show'))).text).toBe('');
  await daemon.says(new RegExp(`service show: chroot\\( ${root} \\) failed: No such file or directory`));
  await daemon.says(/^FAIL: show exec /m);
});

test('no_new_privs: the kernel grants the server nothing that it has not', async () => {
  const show = { server: '/bin/cat', server_args: '/proc/self/status' };
  const daemon = await startKinetd({
    files: { 'x.conf': service('open', show) + service('kept', { ...show, no_new_privs: 'yes' }) },
  });
  const of = async (id: string): Promise<string | undefined> =>
    (await talk(await daemon.address(id))).text.match(/^NoNewPrivs:\t(\d)$/m)?.[1];
  expect([await of('open'), await of('kept'), await of('open')]).toEqual(['0', '1', '0']);
});
