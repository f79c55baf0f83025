/** The internal services over TCP, as a client and the log see them. */
import { expect, test } from 'vitest';

import { open, talk } from '../../daemon/client.ts';
import { startKinetd } from '../../daemon/kinetd.ts';
import { internal } from './entry.ts';
import { workerOf } from './worker.ts';

test('echo gives back what it gets, in both directions at once, until the client ends', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': internal('echo') } });
  const connection = await open(await daemon.address('echo'));
  connection.write('one ');
  await connection.receive(/^one $/);
  connection.socket.end('two');
  expect(await connection.closed()).toBe('one two');
  const pid = await workerOf(daemon);
  await daemon.says(new RegExp(`^START: echo pid=${pid} from=127\\.0\\.0\\.1$`, 'm'));
  await daemon.says(new RegExp(`^EXIT: echo status=0 pid=${pid} duration=\\d+\\(sec\\)$`, 'm'));
});

test('echo loses nothing of megabytes that a client reads slowly', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': internal('echo') } });
  const connection = await open(await daemon.address('echo'));
  const sent = 'abcdefghijklmnop'.repeat(2 ** 19);
  connection.socket.pause();
  connection.socket.end(sent);
  setTimeout(() => connection.socket.resume(), 100);
  expect((await connection.closed()) === sent).toBe(true);
});

test('discard says nothing and ends when the client does', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': internal('discard') } });
  expect(await talk(await daemon.address('discard'), { send: 'x'.repeat(100_000) })).toEqual({
    text: '',
    reset: false,
  });
  await daemon.says(/^EXIT: discard status=0/m);
});

test('daytime tells the time in the zone of the daemon; it is no instance, and has no EXIT', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': internal('daytime', { instances: 1 }) + internal('discard') },
    environment: { TZ: 'XYZ-2' },
  });
  const before = Date.now();
  const { text, reset } = await talk(await daemon.address('daytime'), { send: 'not read' });
  expect(text).toMatch(/^\d\d [A-Z]{3} \d{4} \d\d:\d\d:\d\d XYZ\r\n$/);
  expect(reset).toBe(false);
  const told = Date.parse(text.replace('XYZ', 'GMT+0200'));
  expect(Math.abs(told - before)).toBeLessThan(60_000);
  await daemon.says(/^START: daytime pid=0 from=127\.0\.0\.1$/m);
  await talk(await daemon.address('discard'));
  await daemon.says(/^EXIT: discard/m);
  expect(daemon.errors).not.toContain('EXIT: daytime');
});

test('time is the seconds since 1900 in four bytes', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': internal('time') } });
  const { text } = await talk(await daemon.address('time'), { halfClose: false });
  const bytes = Buffer.from(text, 'latin1');
  expect(bytes).toHaveLength(4);
  expect(Math.abs(bytes.readUInt32BE() - 2_208_988_800 - Date.now() / 1000)).toBeLessThan(60);
});

test('chargen has lines of 72 characters, each one further in the ring, for as long as it is read', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': internal('chargen') } });
  const connection = await open(await daemon.address('chargen'));
  const lines = (await connection.receive(/^.{30000}/s)).split('\r\n');
  const ring = Array.from({ length: 0x7d - 0x20 }, (_, at) => String.fromCharCode(0x21 + at)).join('');
  for (const [number, line] of lines.slice(0, 300).entries()) {
    expect(line).toBe((ring + ring).slice(number % ring.length, (number % ring.length) + 72));
  }
  connection.close();
  await daemon.says(/^EXIT: chargen status=0/m);
});

test('instances and per_source hold, and a place is free when the client has gone', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': internal('echo', { instances: 2, per_source: 1 }) } });
  const address = await daemon.address('echo');
  const first = await open(address);
  first.write('a');
  await first.receive(/a/);
  expect((await talk(address)).text).toBe('');
  await daemon.says(/^FAIL: echo per_source_limit from=127\.0\.0\.1$/m);
  const second = await open(address, '127.0.0.2');
  second.write('b');
  await second.receive(/b/);
  expect((await talk(address, { from: '127.0.0.3' })).text).toBe('');
  await daemon.says(/^FAIL: echo service_limit from=127\.0\.0\.3$/m);
  first.socket.end();
  await daemon.says(/^EXIT: echo/m);
  expect((await talk(address, { send: 'c' })).text).toBe('c');
});

test('a client has the time that timeout gives it, and EXIT says that it was over', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': internal('echo', { timeout: 1 }) } });
  const connection = await open(await daemon.address('echo'));
  connection.write('x');
  expect(await connection.closed()).toBe('x');
  await daemon.says(/^EXIT: echo status=0 pid=\d+ duration=[12]\(sec\) .*timeout/m);
});

test('a client that may not is refused before the worker has it', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': internal('echo', { no_access: '127.0.0.1' }) } });
  expect((await talk(await daemon.address('echo'), { send: 'x' })).text).toBe('');
  await daemon.says(/^FAIL: echo address from=127\.0\.0\.1$/m);
  expect(daemon.errors).not.toContain('START');
});
