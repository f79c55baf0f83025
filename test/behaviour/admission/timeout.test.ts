/** timeout = SECONDS GRACE: a server that runs for longer is ended, with all its descendants. */
import { expect, test } from 'vitest';

import { open, talk, UdpClient } from '../../daemon/client.ts';
import { service, startKinetd } from '../../daemon/kinetd.ts';
import { gone } from '../../daemon/processes.ts';
import { python, python3, shell } from '../../daemon/programs.ts';
import { until } from '../../daemon/until.ts';

const all = { log_on_success: 'PID HOST EXIT DURATION' };

test('a server that runs for too long gets SIGTERM, and its EXIT line says why', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('cat', { ...all, timeout: 1 }) } });
  const client = await open(await daemon.address('cat'));
  client.write('x');
  expect(await client.closed()).toBe('x');
  await daemon.says(/^EXIT: cat signal=15 pid=\d+ duration=[12]\(sec\) timeout$/m);
});

test('one that ends in time does not', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('cat', { ...all, timeout: 3600 }) } });
  expect((await talk(await daemon.address('cat'), { send: 'x' })).text).toBe('x');
  await daemon.says(/^EXIT: cat status=0 pid=\d+ duration=\d+\(sec\)$/m);
});

test('a server that ignores SIGTERM gets SIGKILL after the grace time, and so do its children', async () => {
  const stubborn = shell('trap "" TERM\nsleep 1000 <&- >&- 2>&- &\necho $! $$\nwhile :; do sleep 1; done\n');
  const daemon = await startKinetd({
    files: { 'x.conf': service('stubborn', { ...all, server: '@FOLDER@/stubborn', timeout: '1 1' }), stubborn },
  });
  const client = await open(await daemon.address('stubborn'));
  const pids = (await client.receive(/\d+ \d+\n/)).trim().split(' ').map(Number);
  await daemon.says(/^EXIT: stubborn signal=9 pid=\d+ duration=\d+\(sec\) timeout$/m);
  expect(pids).toHaveLength(2);
  await until(() => pids.every(gone) || undefined);
});

test('a child that ignores SIGTERM gets SIGKILL when the server itself has ended', async () => {
  const parent = shell(`sh -c 'trap "" TERM; echo $$; while :; do sleep 1; done' 2>/dev/null &\nwait\n`);
  const daemon = await startKinetd({
    files: { 'x.conf': service('parent', { ...all, server: '@FOLDER@/parent', timeout: '1 1' }), parent },
  });
  const client = await open(await daemon.address('parent'));
  const child = Number(await client.receive(/\d+\n/));
  await daemon.says(/^EXIT: parent signal=15 pid=\d+ duration=\d+\(sec\) timeout$/m);
  await until(() => gone(child) || undefined);
});

test('its place is free again', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('cat', { ...all, instances: 1, timeout: 1 }) } });
  const address = await daemon.address('cat');
  await (await open(address)).closed();
  await daemon.says(/^EXIT: cat .* timeout$/m);
  expect((await talk(address, { send: 'x' })).text).toBe('x');
});

test('a reload gives another time to servers that start after it', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('cat', { ...all, timeout: 3600 }) } });
  const address = await daemon.address('cat');
  const early = await open(address);
  early.write('x');
  await early.receive(/x/);
  await daemon.says(/^START: cat /m); // a launch is told of when it has ended
  daemon.write('x.conf', daemon.read('x.conf').replace('3600', '1'));
  await daemon.reload();
  const late = await open(address);
  await late.closed();
  await daemon.says(/^EXIT: cat .* timeout$/m);
  early.write('y');
  await early.receive(/xy/);
});

test.skipIf(python3 === undefined)(
  'a server that waits has the time too, and the next datagram starts another',
  async () => {
    const server = python(`
import socket
sock = socket.socket(fileno=0)
while True:
    text, sender = sock.recvfrom(100)
    sock.sendto(text, sender)
`);
    const text = service('echo', { ...all, socket_type: 'dgram', server: '@FOLDER@/server', timeout: '1 1' });
    const daemon = await startKinetd({ files: { 'x.conf': text, server } });
    const address = await daemon.address('echo');
    const client = new UdpClient();
    await client.send(address, 'one');
    expect(await client.answer()).toBe('one');
    await daemon.says(/^EXIT: echo signal=15 pid=\d+ duration=\d+\(sec\) timeout$/m);
    await client.send(address, 'two');
    expect(await client.answer()).toBe('two');
  },
);

test('a time that is long does not keep the daemon from ending', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('cat', { timeout: 3600 }) } });
  const client = await open(await daemon.address('cat'));
  client.write('x');
  await client.receive(/x/);
  daemon.signal('SIGQUIT');
  expect(await daemon.ended()).toBe(0);
});
