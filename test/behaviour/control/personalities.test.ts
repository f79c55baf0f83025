/** The command lines of xinetd and inetd have the control socket too. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { talk } from '../../daemon/client.ts';
import { command } from '../../daemon/commands.ts';
import { currentUser, Kinetd, service } from '../../daemon/kinetd.ts';
import { fixedPort } from '../../daemon/ports.ts';

test('the personalities are controlled like any daemon', async () => {
  const daemon = new Kinetd({
    files: { 'x.conf': service('cat', { port: await fixedPort() }) },
    command: ['xinetd', '-d', '-f', '@FOLDER@/x.conf', '-control', '@FOLDER@/control.sock'],
  });
  await daemon.says(/Started working: 1 available service/);
  const control = ['--control', join(daemon.folder, 'control.sock')];
  expect((await command('status', ...control)).output).toMatch(/^cat +listening/m);
  expect((await command('loglevel', 'ERROR', ...control)).output).toBe('ERROR\n');
  expect((await command('pause', 'cat', ...control)).output).toBe('service cat paused\n');
  expect((await command('stop', ...control)).status).toBe(0);
  expect(await daemon.ended()).toBe(0);
  expect(existsSync(join(daemon.folder, 'control.sock'))).toBe(false);
});

test('inetd is asked where --control says, and has no socket with none', async () => {
  const port = await fixedPort();
  const daemon = new Kinetd({
    files: { 'inetd.conf': `127.0.0.1:${port} stream tcp nowait ${currentUser()} /bin/cat cat\n` },
    command: ['inetd', '-d', '--control', '@FOLDER@/control.sock', '@FOLDER@/inetd.conf'],
  });
  await daemon.says(/Started working/);
  const control = ['--control', join(daemon.folder, 'control.sock')];
  expect((await command('ban', '127.0.0.0/8', ...control)).status).toBe(0);
  expect((await talk({ host: '127.0.0.1', port }, { send: 'x' })).text).toBe('');
  expect((await command('unban', '127.0.0.0/8', ...control)).status).toBe(0);
  expect((await talk({ host: '127.0.0.1', port }, { send: 'x' })).text).toBe('x');
});
