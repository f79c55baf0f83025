/** The internal services over UDP: an answer to each datagram, to those who may, and never to each other. */
import { readFileSync } from 'node:fs';

import { expect, type TestContext, test } from 'vitest';

import { UdpClient } from '../../daemon/client.ts';
import { isRoot, startKinetd } from '../../daemon/kinetd.ts';
import { until } from '../../daemon/until.ts';
import { internal } from './entry.ts';
import { workerOf } from './worker.ts';

const dgram = { socket_type: 'dgram' };

/** Sends one after the other without waiting, and collects as many answers, in any order. */
async function burst(client: UdpClient, address: { host: string; port: number }, texts: readonly string[]) {
  for (const text of texts) await client.send(address, text);
  return (await Promise.all(texts.map(() => client.answer()))).sort();
}

test('echo answers each datagram of a burst, and does not log its sender for each', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': internal('echo', dgram) } });
  const texts = Array.from({ length: 50 }, (_, number) => `datagram ${number}`);
  expect(await burst(new UdpClient(), await daemon.address('echo'), texts)).toEqual(texts.toSorted());
  await daemon.says(/^START: echo pid=0 from=127\.0\.0\.1$/m);
  // Once a second: a machine with much else to do may need more than one.
  expect(daemon.errors.match(/^START: echo/gm)?.length).toBeLessThan(texts.length / 2);
  expect(daemon.errors).not.toContain('EXIT');
});

test('echo gives back the longest datagram whole, and an empty one', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': internal('echo', dgram) } });
  const address = await daemon.address('echo');
  const client = new UdpClient();
  const long = 'x'.repeat(65_507);
  await client.send(address, long);
  expect((await client.answer()) === long).toBe(true);
  await client.send(address, '');
  expect(await client.answer()).toBe('');
});

test('daytime, time and chargen say what they say over TCP', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': internal('daytime', dgram) + internal('time', dgram) + internal('chargen', dgram) },
  });
  const ask = async (id: string): Promise<string> => {
    const client = new UdpClient();
    await client.send(await daemon.address(id), 'x');
    return client.answer();
  };
  expect(await ask('daytime')).toMatch(/^\d\d [A-Z]{3} \d{4} \d\d:\d\d:\d\d \S+\r\n$/);
  expect(await ask('time')).toHaveLength(4);
  const text = await ask('chargen');
  expect(text).toHaveLength(1024);
  expect(text.split('\r\n').map(({ length }) => length)).toEqual([...Array(13).fill(72), 60, 0]);
});

test('discard takes datagrams and says nothing', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': internal('discard', dgram) + internal('echo', dgram) } });
  const client = new UdpClient();
  await client.send(await daemon.address('discard'), 'x');
  await daemon.says(/^START: discard pid=0/m);
  await client.send(await daemon.address('echo'), 'y');
  expect(await client.answer()).toBe('y');
  expect(client.received).toEqual(['y']);
});

test('of several senders those are answered who may be, also while another is being answered', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': internal('echo', { ...dgram, no_access: '127.0.0.2' }) } });
  const address = await daemon.address('echo');
  const [friend, foe, other] = [
    new UdpClient(),
    new UdpClient('udp4', '127.0.0.2'),
    new UdpClient('udp4', '127.0.0.3'),
  ];
  for (let round = 0; round < 5; round++) {
    await friend.send(address, `friend ${round}`);
    await foe.send(address, `foe ${round}`);
    await other.send(address, `other ${round}`);
  }
  for (let round = 0; round < 5; round++) {
    expect(await friend.answer()).toBe(`friend ${round}`);
    expect(await other.answer()).toBe(`other ${round}`);
  }
  expect(foe.received).toEqual([]);
  await daemon.says(/^START: echo pid=0 from=127\.0\.0\.3$/m);
  await daemon.says(/^FAIL: echo address from=127\.0\.0\.2$/m);
  expect(daemon.errors.match(/^FAIL: echo address from=127\.0\.0\.2$/gm)).toHaveLength(1);
});

test('the first sender is refused unread, and the next is answered', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': internal('echo', { ...dgram, only_from: '127.0.0.1' }) } });
  const address = await daemon.address('echo');
  const foe = new UdpClient('udp4', '127.0.0.2');
  await foe.send(address, 'x');
  await daemon.says(/^FAIL: echo address from=127\.0\.0\.2$/m);
  const friend = new UdpClient();
  await friend.send(address, 'y');
  expect(await friend.answer()).toBe('y');
  expect(foe.received).toEqual([]);
});

test('a rate counts each datagram', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': internal('echo', { ...dgram, rate_limit_source: '1/d burst 3' }) },
  });
  const client = new UdpClient();
  const address = await daemon.address('echo');
  for (let number = 0; number < 10; number++) await client.send(address, String(number));
  await daemon.says(/^FAIL: echo rate_limit_source from=127\.0\.0\.1$/m);
  const other = new UdpClient('udp4', '127.0.0.2');
  await other.send(address, 'x');
  expect(await other.answer()).toBe('x');
  expect(client.received).toEqual(['0', '1', '2']);
});

test('a datagram that names the service itself as its sender makes no loop', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': internal('echo', dgram) } });
  const { port } = await daemon.address('echo');
  // The same port on another address of the machine stands for the service's own.
  const mirror = new UdpClient('udp4', '127.0.0.9', port);
  const client = new UdpClient();
  await mirror.send({ host: '127.0.0.1', port }, 'loop');
  await daemon.says(/^START: echo pid=0 from=127\.0\.0\.9$/m);
  await client.send({ host: '127.0.0.1', port }, 'x');
  expect(await client.answer()).toBe('x');
  expect(mirror.received).toEqual([]);
});

test('nothing goes to a port of another simple service', async (context: TestContext) => {
  context.skip(!isRoot, 'needs root: such ports are below 1024');
  const daemon = await startKinetd({ files: { 'x.conf': internal('echo', dgram) } });
  const address = await daemon.address('echo');
  // An address of its own, since other tests may have such ports too.
  const own = `127.77.${(process.pid >> 8) & 255}.${process.pid & 255 || 1}`;
  const services = [7, 9, 13, 17, 19, 37].map((port) => new UdpClient('udp4', own, port));
  for (const service of services) await service.send(address, 'loop');
  await daemon.says(new RegExp(`^START: echo pid=0 from=${own}$`, 'm'));
  const other = new UdpClient('udp4', own);
  await other.send(address, 'x');
  expect(await other.answer()).toBe('x');
  expect(services.flatMap(({ received }) => received)).toEqual([]);
});

test('over IPv6 as well, and both families on one socket', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': internal('echo', { ...dgram, bind: '::', flags: 'IPv6' }) } });
  const { port } = await daemon.address('echo');
  const six = new UdpClient('udp6');
  await six.send({ host: '::1', port }, 'six');
  expect(await six.answer()).toBe('six');
  await daemon.says(/^START: echo pid=0 from=::1$/m);
  const four = new UdpClient();
  await four.send({ host: '127.0.0.1', port }, 'four');
  expect(await four.answer()).toBe('four');
  await daemon.says(/^START: echo pid=0 from=127\.0\.0\.1$/m);
});

test('the death of the worker loses a datagram at most', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': internal('echo', dgram) } });
  const address = await daemon.address('echo');
  const client = new UdpClient();
  await client.send(address, 'one');
  expect(await client.answer()).toBe('one');
  process.kill(await workerOf(daemon), 'SIGKILL');
  await client.send(address, 'two');
  expect(await client.answer()).toBe('two');
});

test('a reload gives the port to another text, whoever has the socket', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': internal('echo', { ...dgram, id: 'one' }) } });
  const address = await daemon.address('one');
  const client = new UdpClient();
  await client.send(address, 'x');
  expect(await client.answer()).toBe('x');
  daemon.write('x.conf', internal('daytime', { ...dgram, id: 'two', port: address.port }));
  await daemon.reload();
  await client.send(address, 'x');
  expect(await client.answer()).toMatch(/\d\d:\d\d:\d\d/);
});

test('a service that is dropped leaves its port', async () => {
  const rest = internal('discard');
  const daemon = await startKinetd({ files: { 'x.conf': internal('echo', dgram) + rest } });
  const address = await daemon.address('echo');
  const client = new UdpClient();
  await client.send(address, 'x');
  expect(await client.answer()).toBe('x');
  daemon.write('x.conf', rest);
  await daemon.reload();
  const bound = new RegExp(`:${address.port.toString(16).toUpperCase().padStart(4, '0')} `);
  await until(() => (bound.test(readFileSync('/proc/net/udp', 'latin1')) ? undefined : true));
});
