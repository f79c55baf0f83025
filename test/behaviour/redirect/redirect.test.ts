/** Redirected services, as a client, the target and the log see them. */
import { connect } from 'node:net';

import { expect, test } from 'vitest';

import { open, talk } from '../../daemon/client.ts';
import { Kinetd, service, startKinetd } from '../../daemon/kinetd.ts';
import { until } from '../../daemon/until.ts';
import { redirected, repeat, target } from './target.ts';

const echo = (connection: { pipe(to: unknown): unknown }): void => void connection.pipe(connection);

test('bytes go both ways, TRAFFIC counts them, and EXIT comes when both have ended', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': redirected('r', await target(echo)) } });
  const connection = await open(await daemon.address('r'));
  connection.write('one ');
  await connection.receive(/^one $/);
  connection.socket.end('two');
  expect(await connection.closed()).toBe('one two');
  await daemon.says(/^EXIT: r status=0 pid=\d+ duration=\d+\(sec\)$/m);
  expect(daemon.errors).toMatch(
    /^START: r pid=(\d+) from=127\.0\.0\.1\nTRAFFIC: r in=7\(bytes\) out=7\(bytes\)\nEXIT: r status=0 pid=\1 /m,
  );
});

test('a client that has closed its side gets an answer that comes only then', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': redirected('r', await target(repeat)) } });
  expect(await talk(await daemon.address('r'), { send: 'hello' })).toEqual({ text: 'hello', reset: false });
  await daemon.says(/^TRAFFIC: r in=5\(bytes\) out=5\(bytes\)$/m);
});

test('a client that has closed its side before the target is reached, having said nothing', async () => {
  const { port } = await target((connection) => {
    connection.on('end', () => connection.end('bye')).resume();
  });
  // The look-up of a name takes longer than the end of the client needs to arrive.
  const daemon = await startKinetd({ files: { 'x.conf': redirected('r', { host: 'localhost', port }) } });
  for (let i = 0; i < 5; i++) expect((await talk(await daemon.address('r'))).text).toBe('bye');
});

test('a target that has closed its side still gets what the client says', async () => {
  let heard = '';
  const address = await target((connection) => {
    connection.end('bye');
    connection.on('data', (chunk) => {
      heard += String(chunk);
    });
  });
  const daemon = await startKinetd({ files: { 'x.conf': redirected('r', address) } });
  const { host, port } = await daemon.address('r');
  const client = connect({ host, port, allowHalfOpen: true });
  await new Promise((resolve) => client.once('end', resolve).resume());
  client.end('last words');
  await daemon.says(/^TRAFFIC: r in=10\(bytes\) out=3\(bytes\)$/m);
  expect(heard).toBe('last words');
});

test('nobody listens at the target: the client sees the end, the logs say why, and the next is served', async () => {
  const address = await target(echo);
  const nowhere = { host: '127.0.0.1', port: 1 };
  const daemon = await startKinetd({
    files: { 'x.conf': redirected('r', nowhere, { instances: 1 }) + redirected('good', address) },
  });
  expect(await talk(await daemon.address('r'), { halfClose: false })).toEqual({ text: '', reset: false });
  await daemon.says(
    /error: service r: can't connect to remote host 127\.0\.0\.1: Connection refused \(errno = 111\)$/m,
  );
  await daemon.says(/^EXIT: r status=0 /m);
  expect(daemon.errors).not.toContain('TRAFFIC');
  await talk(await daemon.address('r'));
  expect((await talk(await daemon.address('good'), { send: 'x' })).text).toBe('x');
});

test('a name is looked up for each connection; one that is not found ends the connection and says so', async () => {
  const { port } = await target(echo);
  const daemon = await startKinetd({
    files: {
      'x.conf': redirected('named', { host: 'localhost', port }) + redirected('lost', { host: 'lost.invalid', port }),
    },
  });
  expect((await talk(await daemon.address('named'), { send: 'x' })).text).toBe('x');
  expect((await talk(await daemon.address('lost'), { halfClose: false })).text).toBe('');
  await daemon.says(/error: service lost: can't find the address of remote host lost\.invalid: \w+$/m);
  await daemon.says(/^EXIT: lost status=0 /m);
});

test('a client of IPv6 reaches a target of IPv4, and the other way round', async () => {
  const [four, six] = [await target(echo), await target(echo, '::1')];
  const daemon = await startKinetd({
    files: {
      'x.conf': redirected('to-four', four, { bind: '::1', flags: 'IPv6' }) + redirected('to-six', six),
    },
  });
  for (const id of ['to-four', 'to-six']) {
    expect((await talk(await daemon.address(id), { send: 'x' })).text).toBe('x');
  }
});

test('a target that stalls stops the client, and nothing of it piles up', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': redirected('r', await target((connection) => connection.pause())) },
  });
  const connection = await open(await daemon.address('r'));
  const [, pid] = await daemon.says(/^START: r pid=(\d+)/m);
  const chunk = 'x'.repeat(1 << 20);
  // What the sockets of both sides hold is some megabytes; a relay that buffers would take it all.
  for (let sent = 0; sent < 64; sent++) connection.write(chunk);
  let before = -1;
  await until(async () => {
    const written = connection.socket.bytesWritten - connection.socket.writableLength;
    await new Promise((resolve) => setTimeout(resolve, 200));
    const same = written === before ? true : undefined;
    before = written;
    return same;
  });
  expect(connection.socket.writableLength).toBeGreaterThan(16 << 20);
  expect(Number(pid)).toBeGreaterThan(0);
});

test('a client that is reset resets the target, and the other way round', async () => {
  let ended: (reset: boolean) => void = () => {};
  const reset = new Promise<boolean>((resolve) => {
    ended = resolve;
  });
  const address = await target((connection) => {
    connection.pipe(connection);
    connection.on('close', (failed) => ended(failed));
  });
  const resetting = await target((connection) => {
    connection.once('data', () => connection.resetAndDestroy());
  });
  const daemon = await startKinetd({
    files: { 'x.conf': redirected('r', address) + redirected('away', resetting) },
  });
  const client = await open(await daemon.address('r'));
  client.write('x');
  await client.receive(/^x$/);
  client.socket.resetAndDestroy();
  expect(await reset).toBe(true);
  await daemon.says(/^EXIT: r status=0 /m);
  expect(await talk(await daemon.address('away'), { send: 'x', halfClose: false })).toEqual({ text: '', reset: true });
});

test('what cannot be redirected is refused', async () => {
  const nowhere = { host: '127.0.0.1', port: 1 };
  const daemon = new Kinetd({
    files: {
      'x.conf':
        redirected('waits', nowhere, { wait: 'yes' }) +
        redirected('words', nowhere, { flags: 'NAMEINARGS' }) +
        redirected('datagrams', nowhere, { socket_type: 'dgram', wait: 'no' }) +
        redirected('nobody', nowhere).replace(/^\tuser = .*\n/m, ''),
    },
    command: ['kinetd', 'check', '-f', '@FOLDER@/x.conf'],
  });
  expect(await daemon.ended()).toBe(1);
  const said = daemon.output + daemon.errors;
  for (const words of [/write wait = no/, /leave NAMEINARGS out/, /is for TCP/, /has no user/])
    expect(said).toMatch(words);
});

test('TRAFFIC for a service that is not redirected is a warning', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': service('echo', { log_on_success: 'TRAFFIC EXIT' }) },
  });
  expect(daemon.errors).toContain('TRAFFIC is for services with redirect');
  expect((await talk(await daemon.address('echo'), { send: 'x' })).text).toBe('x');
  await daemon.says(/^EXIT: echo/m);
  expect(daemon.errors).not.toMatch(/^TRAFFIC:/m);
});
