/** A port that somebody else has: it costs this service its start and nobody else anything. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

import { expect, onTestFinished, test } from 'vitest';

import { talk, UdpClient } from '../../daemon/client.ts';
import { currentUser, service, startKinetd } from '../../daemon/kinetd.ts';
import { fixedPort } from '../../daemon/ports.ts';
import { python, python3 } from '../../daemon/programs.ts';

test('a TCP port that is taken is reported, the other services run, and it comes by itself when it is free', async () => {
  const port = await fixedPort();
  const other = createServer().listen(port, '127.0.0.1');
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const daemon = await startKinetd({ files: { 'x.conf': service('taken', { port }) + service('free', {}) } });
  await daemon.says(/error: bind failed \(Address already in use \(errno = 98\)\)\. service = taken$/m);
  await daemon.says(/error: Service taken failed to start and is deactivated\./);
  await daemon.says(/Started working: 1 available service$/m);
  expect((await talk(await daemon.address('free'), { send: 'x' })).text).toBe('x');
  other.close();
  await daemon.says(/Service taken has its address now and is active$/m);
  expect((await talk({ host: '127.0.0.1', port }, { send: 'y' })).text).toBe('y');
  expect(daemon.errors.match(/bind failed/g), 'it is said once').toHaveLength(1);
});

test.skipIf(python3 === undefined)('a UDP port too', async () => {
  const port = await fixedPort();
  const other = createSocket('udp4');
  other.bind(port, '127.0.0.1');
  await once(other, 'listening');
  const server = python(`
import socket
sock = socket.socket(fileno=0)
text, sender = sock.recvfrom(100)
sock.sendto(text, sender)
`);
  const daemon = await startKinetd({
    files: {
      'x.conf': service('taken', { port, socket_type: 'dgram', server: '@FOLDER@/server' }) + service('free', {}),
      server,
    },
  });
  await daemon.says(/error: bind failed \(.*errno = 98\)\)\. service = taken$/m);
  other.close();
  await daemon.says(/Service taken has its address now and is active$/m);
  const client = new UdpClient();
  await client.send({ host: '127.0.0.1', port }, 'hello');
  expect(await client.answer()).toBe('hello');
});

test('an address that this machine does not have', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': service('away', { bind: '192.0.2.1' }) + service('here', {}) },
  });
  await daemon.says(/error: bind failed \(Cannot assign requested address \(errno = 99\)\)\. service = away$/m);
  expect((await talk(await daemon.address('here'), { send: 'x' })).text).toBe('x');
});

test('one of two addresses is enough for the service to run', async () => {
  const port = await fixedPort();
  const other = createServer().listen({ port, host: '::1', ipv6Only: true });
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const line = `127.0.0.1,[::1]:${port} stream tcp nowait ${currentUser()} /bin/cat cat\n`;
  const daemon = await startKinetd({ files: { 'inetd.conf': line } });
  await daemon.says(/error: bind failed/);
  expect((await talk({ host: '127.0.0.1', port }, { send: 'x' })).text).toBe('x');
});

test('a reload that removes a service whose port is taken stops asking for it', async () => {
  const port = await fixedPort();
  const other = createServer().listen(port, '127.0.0.1');
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const daemon = await startKinetd({ files: { 'x.conf': service('taken', { port }) + service('free', {}) } });
  daemon.write('x.conf', service('free', {}));
  await daemon.reload();
  other.close();
  await once(other, 'close');
  expect(await daemon.stop()).toBe(0);
  expect(daemon.errors).not.toContain('has its address now');
});
