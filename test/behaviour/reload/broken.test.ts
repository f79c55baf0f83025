/** SIGHUP with a configuration that is not good: what runs goes on as it is. */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { open, talk } from '../../daemon/client.ts';
import { service, startKinetd } from '../../daemon/kinetd.ts';
import { fixedPort } from '../../daemon/ports.ts';

const broken = { server: '/nonexistent/server' };

test('a service whose new text is refused goes on with its old one, and with the new one when that is mended', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', {}) + service('other', {}) } });
  const address = await daemon.address('echo');
  const connection = await open(address);
  daemon.write('x.conf', service('echo', broken) + service('other', {}));
  expect(await daemon.reload()).toBe('Reconfigured: new=0 old=2 dropped=0 (services)');
  await daemon.says(/service echo: its new text is refused or cannot be read, the old definition goes on/);
  await daemon.says(/\/nonexistent\/server/);
  expect((await talk(address, { send: 'x' })).text).toBe('x');
  connection.write('y');
  await connection.receive(/y/);
  daemon.write('x.conf', service('echo', { server: '/bin/pwd' }) + service('other', {}));
  await daemon.reload();
  expect((await talk(address)).text).toBe('/\n');
});

test('a broken limit never takes the old limit away', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', { no_access: '127.0.0.1' }) } });
  const address = await daemon.address('echo');
  daemon.write('x.conf', service('echo', { no_access: '127.0.0.1', instances: 'many' }));
  await daemon.reload();
  expect((await talk(address, { halfClose: false })).text).toBe('');
  await daemon.says(/^FAIL: echo address/m);
});

test('a new service that is refused takes nothing else with it', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', {}) } });
  daemon.write('x.conf', service('echo', {}) + service('bad', broken));
  expect(await daemon.reload()).toBe('Reconfigured: new=0 old=1 dropped=0 (services)');
  expect((await talk(await daemon.address('echo'), { send: 'x' })).text).toBe('x');
});

test('an error in defaults changes nothing at all', async () => {
  const port = await fixedPort();
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', {}) } });
  const address = await daemon.address('echo');
  const connection = await open(address);
  daemon.write(
    'x.conf',
    `defaults\n{\n\tinstances = x\n}\n${service('echo', { server: '/bin/pwd' })}${service('new', { port })}`,
  );
  expect(await daemon.reload()).toBe('reconfiguration failed');
  expect((await talk(address, { send: 'x' })).text).toBe('x');
  await expect(talk({ host: '127.0.0.1', port })).rejects.toThrow('ECONNREFUSED');
  connection.write('y');
  await connection.receive(/y/);
  daemon.write('x.conf', service('echo', { server: '/bin/pwd' }));
  expect(await daemon.reload()).toBe('Reconfigured: new=0 old=1 dropped=0 (services)');
});

test('a configuration file that has gone changes nothing', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', {}) } });
  const address = await daemon.address('echo');
  renameSync(join(daemon.folder, 'x.conf'), join(daemon.folder, 'y.conf'));
  expect(await daemon.reload()).toBe('reconfiguration failed');
  expect((await talk(address, { send: 'x' })).text).toBe('x');
  renameSync(join(daemon.folder, 'y.conf'), join(daemon.folder, 'x.conf'));
  expect(await daemon.reload()).toBe('Reconfigured: new=0 old=1 dropped=0 (services)');
});

test('an included file that cannot be read keeps its services as they are', async () => {
  const daemon = await startKinetd({
    files: {
      'x.conf': `include @FOLDER@/part\n${service('main', {})}`,
      part: service('part', {}),
    },
  });
  const address = await daemon.address('part');
  rmSync(join(daemon.folder, 'part'));
  expect(await daemon.reload()).toBe('Reconfigured: new=0 old=2 dropped=0 (services)');
  await daemon.says(/service part: its new text is refused or cannot be read/);
  expect((await talk(address, { send: 'x' })).text).toBe('x');
});

test('an include directory that has gone keeps the services of its files as they are', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': `includedir @FOLDER@/x.d\n${service('main', {})}`, 'x.d/part': service('part', {}) },
  });
  const address = await daemon.address('part');
  renameSync(join(daemon.folder, 'x.d'), join(daemon.folder, 'moved'));
  expect(await daemon.reload()).toBe('Reconfigured: new=0 old=2 dropped=0 (services)');
  expect((await talk(address, { send: 'x' })).text).toBe('x');
});

test('a file that is removed from an include directory takes its service with it', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': `includedir @FOLDER@/x.d\n${service('main', {})}`, 'x.d/part': service('part', {}) },
  });
  const address = await daemon.address('part');
  rmSync(join(daemon.folder, 'x.d/part'));
  expect(await daemon.reload()).toBe('Reconfigured: new=0 old=1 dropped=1 (services)');
  await expect(talk(address)).rejects.toThrow('ECONNREFUSED');
});

test('a directory or binary rubbish in the place of the file changes nothing', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', {}) } });
  const address = await daemon.address('echo');
  daemon.write('x.conf', '\0\u0001\u0002\0');
  expect(await daemon.reload()).toBe('reconfiguration failed');
  rmSync(join(daemon.folder, 'x.conf'));
  mkdirSync(join(daemon.folder, 'x.conf'));
  expect(await daemon.reload()).toBe('reconfiguration failed');
  expect((await talk(address, { send: 'x' })).text).toBe('x');
});

test('a log that cannot be opened keeps the old definition', async () => {
  const log = (name: string): string =>
    service('echo', { log_type: `FILE @FOLDER@/${name}`, log_on_success: 'HOST', instances: 1 });
  const daemon = await startKinetd({ files: { 'x.conf': log('log') } });
  const address = await daemon.address('echo');
  daemon.write('x.conf', log('absent/log'));
  await daemon.reload();
  await daemon.says(
    /error: service echo: its new definition cannot be started \(ENOENT.*\), the old definition goes on until it is mended/,
  );
  await talk(address);
  await daemon.file('log', /START: echo/);
});

test('an emptied configuration ends a daemon that was not told to stay', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', {}) } });
  daemon.write('x.conf', '# nothing\ndefaults\n{\n}\n');
  daemon.signal('SIGHUP');
  expect(await daemon.ended()).toBe(1);
  await daemon.says(/critical: No available services\. Exiting/);
});

test('with --stay-alive it stays and can be given services again', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': service('echo', {}) },
    command: ['kinetd', 'run', '-f', '@FOLDER@/x.conf', '--stay-alive'],
  });
  daemon.write('x.conf', 'defaults\n{\n}\n');
  expect(await daemon.reload()).toBe('Reconfigured: new=0 old=0 dropped=1 (services)');
  const port = await fixedPort();
  daemon.write('x.conf', service('echo', { port }));
  expect(await daemon.reload()).toBe('Reconfigured: new=1 old=0 dropped=0 (services)');
  expect((await talk({ host: '127.0.0.1', port }, { send: 'x' })).text).toBe('x');
});
