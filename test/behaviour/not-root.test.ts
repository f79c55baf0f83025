/** A daemon that is not root's: as `nobody` when the tests are root's, else as whoever runs them. */
import { userInfo } from 'node:os';

import { expect, test } from 'vitest';

import { talk, UdpClient } from '../daemon/client.ts';
import { asNobody, isRoot, Kinetd, type KinetdOptions, service, startKinetd } from '../daemon/kinetd.ts';
import { fixedPort } from '../daemon/ports.ts';
import { statusField } from '../daemon/processes.ts';
import { python, python3 } from '../daemon/programs.ts';

const me = isRoot ? 'nobody' : userInfo().username;

function start(files: Readonly<Record<string, string>>, options: Partial<KinetdOptions> = {}): Promise<Kinetd> {
  return startKinetd({ files, openFolder: true, ...(isRoot ? { wrapper: asNobody } : {}), ...options });
}

test('services run as the caller, with its groups, on ports that are free to it', async () => {
  const daemon = await start({
    'x.conf': service('show', { user: me, server: '/bin/cat', server_args: '/proc/self/status' }),
  });
  const { text } = await talk(await daemon.address('show'));
  for (const field of ['Uid', 'Gid', 'Groups']) {
    expect(text.match(new RegExp(`^${field}:[ \\t]*(.*)$`, 'm'))?.[1]?.trim()).toBe(
      statusField(daemon.pid, field)?.trim(),
    );
  }
});

test.skipIf(python3 === undefined)('datagrams, logs and inetd.conf work as well', async () => {
  const [tcp, udp] = [await fixedPort(), await fixedPort()];
  const server = python(`
import socket
sock = socket.socket(fileno=0)
text, sender = sock.recvfrom(100)
sock.sendto(text, sender)
`);
  const daemon = await start(
    {
      'x.conf': service('udp', {
        user: me,
        socket_type: 'dgram',
        port: udp,
        server: '@FOLDER@/server',
        log_type: 'FILE @FOLDER@/log',
        log_on_success: 'HOST',
      }),
      'inetd.conf': `127.0.0.1:${tcp} stream tcp nowait ${me} /bin/cat cat\n`,
      server,
    },
    { command: ['kinetd', 'run', '-f', '@FOLDER@/x.conf', '-f', '@FOLDER@/inetd.conf'] },
  );
  const client = new UdpClient();
  await client.send({ host: '127.0.0.1', port: udp }, 'hello');
  expect(await client.answer()).toBe('hello');
  await daemon.file('log', /START: udp from=127\.0\.0\.1/);
  expect((await talk({ host: '127.0.0.1', port: tcp }, { send: 'x' })).text).toBe('x');
});

test('a service that names another user is refused at load with the reason, and the others run', async () => {
  const daemon = await start({
    'x.conf':
      service('theirs', { user: 'daemon' }) + service('mine', { user: me }) + service('roots', { user: 'root' }),
  });
  expect(daemon.errors).toMatch(/error\[[\w-]+\]: .*daemon[\s\S]*user = daemon/);
  expect(daemon.errors).toMatch(/user = root/);
  expect(daemon.errors).toMatch(/Started working: 1 available service$/m);
  expect((await talk(await daemon.address('mine'), { send: 'x' })).text).toBe('x');
});

test('a service that names another group is refused, too', async () => {
  const daemon = await start({
    'x.conf': service('theirs', { user: me, group: 'daemon' }) + service('mine', { user: me }),
  });
  expect(daemon.errors).toMatch(/error\[[\w-]+\]: [\s\S]*group = daemon/);
  expect(daemon.errors).toMatch(/Started working: 1 available service$/m);
});

test('check refuses it with status 1', async () => {
  const command = new Kinetd({
    files: { 'x.conf': service('theirs', { user: 'daemon' }) },
    command: ['kinetd', 'check', '-f', '@FOLDER@/x.conf'],
    ...(isRoot ? { wrapper: asNobody } : {}),
  });
  expect(await command.ended()).toBe(1);
  expect(command.output).toMatch(/^0 services ready, 1 refused/m);
});

test('a reload that gives a service to another user keeps the old definition', async () => {
  const daemon = await start({ 'x.conf': service('echo', { user: me }) });
  const address = await daemon.address('echo');
  daemon.write('x.conf', service('echo', { user: 'daemon' }));
  expect(await daemon.reload()).toBe('Reconfigured: new=0 old=1 dropped=0 (services)');
  expect((await talk(address, { send: 'x' })).text).toBe('x');
});

test('a configuration file that it may not read is said so', async () => {
  const folderless = new Kinetd({
    files: { 'x.conf': service('echo', { user: me }) },
    shell: 'chmod 000 x.conf',
    ...(isRoot ? { wrapper: asNobody } : {}),
  });
  expect(await folderless.ended()).toBe(1);
  expect(folderless.errors).toMatch(/x\.conf/);
  expect(folderless.errors).toMatch(/permission denied|EACCES/i);
});
