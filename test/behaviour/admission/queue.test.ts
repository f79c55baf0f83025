/** queue = PLACES SECONDS: over instances, connections wait for their turn. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { type Address, type OpenConnection, open } from '../../daemon/client.ts';
import { type Kinetd, service, startKinetd } from '../../daemon/kinetd.ts';
import { descriptors } from '../../daemon/processes.ts';
import { shell } from '../../daemon/programs.ts';
import { until } from '../../daemon/until.ts';

/** A connection whose server (cat) is at work. */
async function held(address: Address, from?: string): Promise<OpenConnection> {
  const connection = await open(address, from);
  connection.write('x');
  await connection.receive(/x/);
  return connection;
}

async function start(
  attributes: Readonly<Record<string, string | number>>,
): Promise<{ daemon: Kinetd; address: Address }> {
  const text = service('echo', { cps: '0 0', bind: '0.0.0.0', instances: 1, ...attributes });
  const daemon = await startKinetd({ files: { 'x.conf': text } });
  const { port } = await daemon.address('echo');
  ownSockets.set(daemon, socketsOf(daemon));
  return { daemon, address: { host: '127.0.0.1', port } };
}

function count(daemon: Kinetd, pattern: RegExp): number {
  return daemon.errors.match(pattern)?.length ?? 0;
}

/** Connections that the daemon itself holds, which is how many wait. */
async function waiting(daemon: Kinetd, expected: number): Promise<void> {
  // Of a connection whose launch is under way the daemon has a descriptor for a moment, too.
  const own = ownSockets.get(daemon) ?? 0;
  const sockets = (): number => socketsOf(daemon) - own;
  await until(() => sockets() === expected || undefined);
}

/** Before the first connection: the listener, and whatever else is none of these. */
const ownSockets = new WeakMap<Kinetd, number>();

function socketsOf(daemon: Kinetd): number {
  return [...descriptors(daemon.pid).values()].filter((name) => name.startsWith('socket:')).length;
}

/** The clients' ports of all IPv4 connections of the machine that both ends have not given up. */
function connections(): number[] {
  const rows = readFileSync('/proc/net/tcp', 'latin1').trim().split('\n').slice(1);
  return rows.map((row) => Number.parseInt(row.trim().split(/\s+/)[2]?.split(':')[1] ?? '', 16));
}

test('who comes over instances waits, and they are served in the order of coming', async () => {
  const { daemon, address } = await start({ queue: '10 60' });
  const first = await held(address);
  const order: number[] = [];
  const later: OpenConnection[] = [];
  for (let place = 0; place < 3; place++) {
    const connection = await open(address);
    connection.write('y');
    later.push(connection);
    await waiting(daemon, place + 1);
    void connection.receive(/y/).then(() => order.push(place));
  }
  expect(count(daemon, /^(START|FAIL): /gm)).toBe(1);
  first.close();
  for (const [place, connection] of later.entries()) {
    await connection.receive(/y/);
    expect(order).toEqual(later.slice(0, place + 1).map((_, index) => index));
    connection.close();
  }
  await until(() => count(daemon, /^EXIT: /gm) === 4 || undefined);
  expect(count(daemon, /^START: /gm)).toBe(4);
  expect(count(daemon, /^FAIL: /gm)).toBe(0);
});

test('who finds no place is refused as without a queue', async () => {
  const { daemon, address } = await start({ queue: '1 60' });
  await held(address);
  const second = await open(address);
  await waiting(daemon, 1);
  expect(await (await open(address)).closed()).toBe('');
  await daemon.says(/^FAIL: echo service_limit from=127\.0\.0\.1$/m);
  expect(second.socket.destroyed).toBe(false);
});

test('who has waited for so long is closed, and the others wait on', async () => {
  const { daemon, address } = await start({ queue: '10 1' });
  const first = await held(address);
  const second = await open(address);
  expect(await second.closed()).toBe('');
  await daemon.says(/^FAIL: echo queue from=127\.0\.0\.1$/m);
  await waiting(daemon, 0);
  const third = await open(address);
  third.write('z');
  await waiting(daemon, 1);
  first.close();
  await third.receive(/z/);
  third.close();
  await until(() => count(daemon, /^EXIT: /gm) === 2 || undefined);
  expect(count(daemon, /^FAIL: /gm)).toBe(1);
});

test('a client that has hung up gets no server, and the next has its turn', async () => {
  const { daemon, address } = await start({ queue: '10 60' });
  const first = await held(address);
  const gone = await open(address);
  await waiting(daemon, 1);
  const next = await open(address);
  next.write('z');
  await waiting(daemon, 2);
  const port = gone.socket.localPort ?? 0;
  gone.socket.resetAndDestroy();
  await until(() => !connections().includes(port) || undefined);
  first.close();
  await next.receive(/z/);
  next.close();
  await until(() => count(daemon, /^EXIT: /gm) === 2 || undefined);
  expect(count(daemon, /^START: /gm)).toBe(2);
  expect(count(daemon, /^FAIL: echo queue from=127\.0\.0\.1$/gm)).toBe(1);
});

test('a client that has closed its sending side is served', async () => {
  const { daemon, address } = await start({ queue: '10 60' });
  const first = await held(address);
  const second = await open(address);
  second.socket.end('all that I have to say');
  await waiting(daemon, 1);
  first.close();
  expect(await second.closed()).toBe('all that I have to say');
});

test('who waits counts for per_source, so that one client cannot take all places', async () => {
  const { daemon, address } = await start({ queue: '10 60', per_source: 2 });
  const first = await held(address);
  await open(address);
  await waiting(daemon, 1);
  expect(await (await open(address)).closed()).toBe('');
  await daemon.says(/^FAIL: echo per_source_limit from=127\.0\.0\.1$/m);
  const other = await open(address, '127.0.0.2');
  await waiting(daemon, 2);
  first.close();
  await waiting(daemon, 1);
  expect(other.socket.destroyed).toBe(false);
});

test('when the program cannot be started any more, each gets FAIL exec and nobody waits in vain', async () => {
  const program = shell('exec cat\n');
  const text = service('echo', { cps: '0 0', instances: 1, queue: '10 60', server: '@FOLDER@/program' });
  const daemon = await startKinetd({ files: { 'x.conf': text, program } });
  const address = await daemon.address('echo');
  ownSockets.set(daemon, socketsOf(daemon));
  const first = await held(address);
  const later = [await open(address), await open(address), await open(address)];
  await waiting(daemon, 3);
  rmSync(join(daemon.folder, 'program'));
  first.close();
  for (const connection of later) expect(await connection.closed()).toBe('');
  await until(() => count(daemon, /^FAIL: echo exec from=/gm) === 3 || undefined);
});

test('a reload that allows more instances serves who waits', async () => {
  const { daemon, address } = await start({ queue: '10 60' });
  await held(address);
  const [second, third] = [await open(address), await open(address)];
  await waiting(daemon, 2);
  second.write('b');
  third.write('c');
  daemon.write('x.conf', daemon.read('x.conf').replace('instances = 1', 'instances = 3'));
  await daemon.reload();
  await second.receive(/b/);
  await third.receive(/c/);
});

test('a reload that takes places away refuses who has none, last come first', async () => {
  const { daemon, address } = await start({ queue: '10 60' });
  const first = await held(address);
  const second = await open(address);
  await waiting(daemon, 1);
  const third = await open(address);
  await waiting(daemon, 2);
  daemon.write('x.conf', daemon.read('x.conf').replace('10 60', '1 60'));
  await daemon.reload();
  expect(await third.closed()).toBe('');
  await daemon.says(/^FAIL: echo queue from=127\.0\.0\.1$/m);
  second.write('b');
  first.close();
  await second.receive(/b/);
});

test('a reload that shuts a client out closes it while it waits', async () => {
  const { daemon, address } = await start({ queue: '10 60' });
  await held(address);
  const unwelcome = await open(address, '127.0.0.2');
  await waiting(daemon, 1);
  const welcome = await open(address);
  await waiting(daemon, 2);
  daemon.write('x.conf', daemon.read('x.conf').replace('queue =', 'no_access = 127.0.0.2\n\tqueue ='));
  await daemon.reload();
  expect(await unwelcome.closed()).toBe('');
  await daemon.says(/^FAIL: echo address from=127\.0\.0\.2$/m);
  await waiting(daemon, 1);
  expect(welcome.socket.destroyed).toBe(false);
});

test('when the service goes, nobody waits any longer', async () => {
  const { daemon, address } = await start({ queue: '10 60' });
  const first = await held(address);
  const second = await open(address);
  await waiting(daemon, 1);
  daemon.write('x.conf', service('other', {}));
  await daemon.reload();
  expect(await second.closed()).toBe('');
  await daemon.says(/^FAIL: echo queue from=127\.0\.0\.1$/m);
  first.write('still served');
  await first.receive(/still served/);
});

test('a daemon that ends while somebody waits does so at once', async () => {
  const { daemon, address } = await start({ queue: '10 3600' });
  await held(address);
  const second = await open(address);
  await waiting(daemon, 1);
  expect(await daemon.stop()).toBe(0);
  expect(await second.closed()).toBe('');
});
