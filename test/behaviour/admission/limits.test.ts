/** Bounds on running servers: instances, per_source, and the daemon's own limit. */
import { expect, test } from 'vitest';

import { type Address, type OpenConnection, open, talk, UdpClient } from '../../daemon/client.ts';
import { type Kinetd, service, startKinetd } from '../../daemon/kinetd.ts';
import { python, python3 } from '../../daemon/programs.ts';
import { until } from '../../daemon/until.ts';

/** A connection whose server (cat) is at work. */
async function held(address: Address, from?: string): Promise<OpenConnection> {
  const connection = await open(address, from);
  connection.write('x');
  await connection.receive(/x/);
  return connection;
}

async function refused(address: Address, from?: string): Promise<void> {
  const { text } = await talk(address, { halfClose: false, ...(from === undefined ? {} : { from }) });
  expect(text).toBe('');
}

function count(daemon: Kinetd, pattern: RegExp): number {
  return daemon.errors.match(pattern)?.length ?? 0;
}

test('instances: one more is refused without being started, and served when one has ended', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', { instances: 2 }) } });
  const address = await daemon.address('echo');
  const [first] = [await held(address), await held(address)];
  await refused(address, '127.0.0.2');
  await daemon.says(/^FAIL: echo service_limit from=127\.0\.0\.2$/m);
  // A launch is told of when it has ended, which may be after somebody else has been refused.
  await until(() => count(daemon, /^START: echo /gm) === 2 || undefined);
  first.close();
  await daemon.says(/^EXIT: echo /m);
  expect((await talk(address, { send: 'y' })).text).toBe('y');
});

test('instances = 0 refuses everyone', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', { instances: 0 }) } });
  await refused(await daemon.address('echo'));
  await daemon.says(/^FAIL: echo service_limit from=127\.0\.0\.1$/m);
});

test('each service counts for itself', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': service('one', { instances: 1 }) + service('two', { instances: 1 }) },
  });
  await held(await daemon.address('one'));
  await held(await daemon.address('two'));
  await refused(await daemon.address('one'));
});

test('per_source: a client is refused, another address is served', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', { per_source: 1, bind: '0.0.0.0' }) } });
  const { port } = await daemon.address('echo');
  const address = { host: '127.0.0.1', port };
  const first = await held(address);
  await refused(address);
  await daemon.says(/^FAIL: echo per_source_limit from=127\.0\.0\.1$/m);
  await held(address, '127.0.0.2');
  await refused(address, '127.0.0.2');
  await daemon.says(/^FAIL: echo per_source_limit from=127\.0\.0\.2$/m);
  first.close();
  await daemon.says(/^EXIT: echo /m);
  await held(address);
});

test('per_source counts an IPv4 client of a dual-stack service as one, however it comes', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', { per_source: 1, bind: '::' }) } });
  const { port } = await daemon.address('echo');
  await held({ host: '127.0.0.1', port });
  await refused({ host: '::ffff:127.0.0.1', port });
  await held({ host: '::1', port });
});

test('a client that hangs up gives its place back', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', { instances: 1, cps: '1000 1' }) } });
  const address = await daemon.address('echo');
  for (let visit = 1; visit <= 5; visit++) {
    const connection = await held(address);
    connection.socket.resetAndDestroy();
    await until(() => count(daemon, /^EXIT: echo /gm) === visit || undefined);
  }
  expect(count(daemon, /FAIL/g)).toBe(0);
});

test('--limit bounds the servers of all services together', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': service('one', {}) + service('two', {}) },
    command: ['kinetd', 'run', '-f', '@FOLDER@/x.conf', '--limit', '2'],
  });
  const [one, two] = [await daemon.address('one'), await daemon.address('two')];
  const first = await held(one);
  await held(two);
  await refused(two);
  await daemon.says(/^FAIL: two process_limit from=127\.0\.0\.1$/m);
  first.close();
  await daemon.says(/^EXIT: one /m);
  await held(two);
});

test('max_load = -1 refuses everyone, and a load that is never reached nobody', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': service('never', { max_load: -1 }) + service('always', { max_load: 100000 }) },
  });
  await refused(await daemon.address('never'));
  await daemon.says(/^FAIL: never load from=127\.0\.0\.1$/m);
  await daemon.says(/error: refused connect from 127\.0\.0\.1 due to excessive load/);
  expect((await talk(await daemon.address('always'), { send: 'x' })).text).toBe('x');
});

test.skipIf(python3 === undefined)('a server that waits counts as one, and its end is the end of it', async () => {
  const server = python(`
import socket
sock = socket.socket(fileno=0)
text, sender = sock.recvfrom(100)
sock.sendto(text, sender)
`);
  const daemon = await startKinetd({
    files: { 'x.conf': service('echo', { socket_type: 'dgram', server: '@FOLDER@/server', instances: 1 }), server },
  });
  const address = await daemon.address('echo');
  const client = new UdpClient();
  for (const text of ['a', 'b', 'c']) {
    await client.send(address, text);
    expect(await client.answer()).toBe(text);
  }
  expect(count(daemon, /FAIL/g)).toBe(0);
});
