/** A daemon of root whose files lie where others can write: nobody can make it write elsewhere. */
import {
  chmodSync,
  existsSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { talk } from '../../daemon/client.ts';
import { isRoot, Kinetd, service, startKinetd, testFolder } from '../../daemon/kinetd.ts';

const somebody = 12_345;

/** A directory for everybody, and in it a link of somebody else to a file of root's. */
function planted(): { readonly open: string; readonly victim: string; readonly link: string } {
  const folder = testFolder();
  const [open, victim] = [join(folder, 'open'), join(folder, 'victim')];
  const link = join(open, 'link');
  mkdirSync(open);
  chmodSync(open, 0o777);
  writeFileSync(victim, 'precious');
  symlinkSync(victim, link);
  lchownSync(link, somebody, somebody);
  return { open, victim, link };
}

describe.skipIf(!isRoot)('only root can give links to somebody else', () => {
  test('a service whose log is such a link is not started, and says why; others run', async () => {
    const { link, victim } = planted();
    const bad = service('bad', { log_type: `FILE ${link}`, log_on_success: 'HOST' });
    const daemon = await startKinetd({ files: { 'x.conf': bad + service('echo', {}) } });
    await daemon.says(
      /error: creation of bad log failed: EPERM: a symbolic link of user 12345 .* is not followed, open/,
    );
    expect((await talk(await daemon.address('echo'), { send: 'x' })).text).toBe('x');
    await daemon.stop();
    expect(daemon.errors).not.toMatch(/^bad: /m);
    expect(readFileSync(victim, 'latin1')).toBe('precious');
  });

  test('a log that becomes such a link is not written to after a reload', async () => {
    const { open, victim, link } = planted();
    const log = join(open, 'log');
    const daemon = await startKinetd({
      files: { 'x.conf': service('echo', { log_type: `FILE ${log}`, log_on_success: 'HOST' }) },
    });
    const address = await daemon.address('echo');
    await talk(address);
    await daemon.reload();
    expect(lstatSync(log).size).toBeGreaterThan(0);
    renameSync(link, log);
    await daemon.reload();
    await talk(address);
    await daemon.says(/error: echo log \S+ cannot be written: EPERM: a symbolic link of user 12345/);
    expect(readFileSync(victim, 'latin1')).toBe('precious');
  });

  test('a daemon whose own log is such a link does not start', async () => {
    const { link } = planted();
    const daemon = new Kinetd({
      files: { 'x.conf': service('echo', {}) },
      command: ['xinetd', '-dontfork', '-f', '@FOLDER@/x.conf', '-filelog', link],
    });
    expect(await daemon.ended()).toBe(1);
    expect(daemon.errors).toMatch(/^xinetd: cannot open the log: EPERM: a symbolic link of user 12345/m);
  });

  test('a pid file behind such a link is not made', async () => {
    const { open, victim } = planted();
    const way = join(open, 'way');
    symlinkSync(join(victim, '..'), way);
    lchownSync(way, somebody, somebody);
    const daemon = new Kinetd({
      files: { 'x.conf': service('echo', {}) },
      command: ['kinetd', 'run', '-f', '@FOLDER@/x.conf', '--pid-file', join(way, 'pid')],
    });
    expect(await daemon.ended()).toBe(1);
    expect(daemon.errors).toMatch(/critical: pid file \S+: EPERM: a symbolic link of user 12345 .*\. Exiting/);
    expect(existsSync(join(victim, '..', 'pid'))).toBe(false);
  });
});

test('a log that is a second name of another file, where others can write, is refused', async () => {
  const folder = testFolder();
  const open = join(folder, 'open');
  mkdirSync(open);
  chmodSync(open, 0o777);
  writeFileSync(join(folder, 'victim'), '');
  linkSync(join(folder, 'victim'), join(open, 'log'));
  const bad = service('bad', { log_type: `FILE ${join(open, 'log')}`, log_on_success: 'HOST' });
  const daemon = await startKinetd({ files: { 'x.conf': bad + service('echo', {}) } });
  await daemon.says(/error: creation of bad log failed: EPERM: the file has a second name and others can write/);
});
