/** Log rotation: rename the file, send SIGHUP, and the next line stands in a new file. */
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { open, talk } from '../../daemon/client.ts';
import { service, startKinetd } from '../../daemon/kinetd.ts';

const shared = 'defaults\n{\n\tlog_type = FILE @FOLDER@/common.log\n\tlog_on_success = HOST\n}\n';

test('after a rename and SIGHUP lines go to a new file, and the old one keeps what it had', async () => {
  const own = { log_type: 'FILE @FOLDER@/own.log', log_on_success: 'HOST' };
  const daemon = await startKinetd({ files: { 'x.conf': shared + service('common', {}) + service('own', own) } });
  for (const id of ['common', 'own']) {
    const address = await daemon.address(id);
    await talk(address);
    await daemon.file(`${id}.log`, new RegExp(`START: ${id}`));
    const before = daemon.read(`${id}.log`);
    renameSync(join(daemon.folder, `${id}.log`), join(daemon.folder, `${id}.log.1`));
    await daemon.reload();
    await talk(address, { from: '127.0.0.2' });
    await daemon.file(`${id}.log`, new RegExp(`^\\S+ START: ${id} from=127\\.0\\.0\\.2\n$`));
    expect(daemon.read(`${id}.log.1`)).toBe(before);
  }
});

test('until SIGHUP lines still reach the renamed file', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': shared + service('common', {}) } });
  const address = await daemon.address('common');
  await talk(address);
  await daemon.file('common.log', /START/);
  renameSync(join(daemon.folder, 'common.log'), join(daemon.folder, 'common.log.1'));
  await talk(address, { from: '127.0.0.2' });
  await daemon.file('common.log.1', /from=127\.0\.0\.2/);
  expect(daemon.read('common.log')).toBe('');
});

test('the EXIT of a server that has run through the rotation stands in the new file', async () => {
  const log = { log_type: 'FILE @FOLDER@/own.log', log_on_success: 'PID EXIT' };
  const daemon = await startKinetd({ files: { 'x.conf': service('own', log) } });
  const client = await open(await daemon.address('own'));
  const [, pid] = await daemon.file('own.log', /START: own pid=(\d+)/);
  renameSync(join(daemon.folder, 'own.log'), join(daemon.folder, 'own.log.1'));
  await daemon.reload();
  client.close();
  await daemon.file('own.log', new RegExp(`EXIT: own status=0 pid=${pid}`));
});

test('a log that cannot be opened again is said once and comes back with its folder', async () => {
  const log = { log_type: 'FILE @FOLDER@/logs/own.log', log_on_success: 'HOST' };
  const daemon = await startKinetd({ files: { 'x.conf': service('own', log), 'logs/.keep': '' } });
  const address = await daemon.address('own');
  rmSync(join(daemon.folder, 'logs'), { recursive: true });
  await daemon.reload();
  await daemon.says(/error: own log \S+\/logs\/own\.log cannot be written: ENOENT/);
  expect((await talk(address, { send: 'still served' })).text).toBe('still served');
  daemon.write('logs/.keep', '');
  await talk(address, { from: '127.0.0.2' });
  await daemon.file('logs/own.log', /START: own from=127\.0\.0\.2\n/);
  await daemon.says(/own log \S+\/logs\/own\.log can be written again(, \d+ lines were lost)?/);
  expect(daemon.errors.match(/cannot be written/g)).toHaveLength(1);
});

test('a log may move to another file by a reload', async () => {
  const log = (name: string): string => service('own', { log_type: `FILE @FOLDER@/${name}`, log_on_success: 'HOST' });
  const daemon = await startKinetd({ files: { 'x.conf': log('one.log') } });
  const address = await daemon.address('own');
  await talk(address);
  await daemon.file('one.log', /START/);
  daemon.write('x.conf', log('two.log'));
  await daemon.reload();
  await talk(address, { from: '127.0.0.2' });
  await daemon.file('two.log', /START: own from=127\.0\.0\.2\n/);
  expect(daemon.read('one.log')).not.toContain('127.0.0.2');
});
