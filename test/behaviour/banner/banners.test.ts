/** Banners on the way to clients: whole, before the server's own words, and without waiting for anybody. */
import { once } from 'node:events';
import { connect } from 'node:net';

import { expect, test } from 'vitest';

import { open, talk } from '../../daemon/client.ts';
import { Kinetd, service, startKinetd } from '../../daemon/kinetd.ts';
import { descriptors } from '../../daemon/processes.ts';
import { until } from '../../daemon/until.ts';

const whole = `${'x'.repeat(63)}\n`.repeat(1024);
const echo = { server: '/bin/echo', server_args: 'server' };

function sockets(daemon: Kinetd): number {
  return [...descriptors(daemon.pid).values()].filter((name) => name.startsWith('socket:')).length;
}

test('two banners of the largest size come whole and in order, before what the server writes', async () => {
  const daemon = await startKinetd({
    files: {
      'x.conf': service('long', { ...echo, banner: '@FOLDER@/long', banner_success: '@FOLDER@/long' }),
      long: whole,
    },
  });
  const { text } = await talk(await daemon.address('long'), { halfClose: false });
  expect(text.length).toBe(2 * whole.length + 'server\n'.length);
  expect(text).toBe(`${whole}${whole}server\n`);
  expect(daemon.errors).not.toContain('was cut');
});

test('of a larger file the beginning is sent, and the check says so', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': service('long', { ...echo, banner: '@FOLDER@/long' }), long: `${whole}more` },
  });
  await daemon.says(/warning\[banner-too-large\]: \S+\/long is larger than 65536 bytes/);
  expect((await talk(await daemon.address('long'), { halfClose: false })).text).toBe(`${whole}server\n`);
});

test('a client that has sent something and is turned away gets its banners whole, though it is slow to read', async () => {
  const daemon = await startKinetd({
    files: {
      'x.conf': service('full', { banner: '@FOLDER@/long', banner_fail: '@FOLDER@/long', instances: 0 }),
      long: whole,
    },
  });
  const address = await daemon.address('full');
  // What they send is there before the daemon looks at them: closing the connection would reset it.
  daemon.signal('SIGSTOP');
  const clients = await Promise.all(Array.from({ length: 5 }, () => open(address)));
  for (const { socket } of clients) socket.pause();
  await Promise.all(
    clients.map(({ socket }) => new Promise<void>((sent) => void socket.write('y'.repeat(1000), () => sent()))),
  );
  daemon.signal('SIGCONT');
  await daemon.says(/(^FAIL: full service_limit from=127\.0\.0\.1$[\s\S]*){5}/m);
  for (const { socket } of clients) socket.resume();
  for (const client of clients) expect((await client.closed()).length).toBe(2 * whole.length);
});

test('clients that are turned away and do not go cost no descriptor for long, and not many', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': service('full', { banner_fail: '@FOLDER@/sorry', instances: 0, cps: '0 0' }), sorry: 'sorry\n' },
  });
  const { host, port } = await daemon.address('full');
  const idle = sockets(daemon);
  let most = 0;
  const clients = [];
  for (let i = 0; i < 200; i++) {
    // They never close their side.
    const client = connect({ host, port, allowHalfOpen: true });
    clients.push(client);
    client.on('error', () => {});
    await once(client, 'data');
    most = Math.max(most, sockets(daemon));
  }
  // And the one that is just being turned away.
  expect(most - idle).toBeLessThanOrEqual(129);
  await until(() => (sockets(daemon) === idle ? true : undefined));
  for (const client of clients) client.destroy();
});

test('a client that does not read is served like others, and holds up nobody', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': service('long', { banner: '@FOLDER@/long' }), long: whole },
  });
  const address = await daemon.address('long');
  const slow = await open(address);
  slow.socket.pause();
  slow.write('slow');
  expect((await talk(address, { send: 'quick' })).text).toBe(`${whole}quick`);
  slow.socket.resume();
  await slow.receive(/slow$/);
});

test('a file that comes later is sent, and one that goes is told', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', { ...echo, banner: '@FOLDER@/late' }) } });
  await daemon.says(/warning\[banner-unreadable\]: there is no regular file \S+\/late/);
  const address = await daemon.address('echo');
  expect((await talk(address, { halfClose: false })).text).toBe('server\n');
  await daemon.says(/service = echo, open of banner \S+\/late failed: ENOENT/);
  daemon.write('late', 'late\n');
  await daemon.reload();
  expect((await talk(address, { halfClose: false })).text).toBe('late\nserver\n');
});

test('services that wait have no banners, and are told so', async () => {
  const daemon = new Kinetd({
    files: {
      'x.conf': `defaults\n{\n\tbanner = /dev/null\n}\n${service('waits', { wait: 'yes', banner_fail: '/etc/passwd' })}`,
    },
    command: ['kinetd', 'check', '-f', '@FOLDER@/x.conf'],
  });
  await daemon.ended();
  expect(daemon.errors).toMatch(/warning\[banner-ignored\]: banner_fail is not sent/);
  expect(daemon.errors).not.toMatch(/banner is not sent/);
});
