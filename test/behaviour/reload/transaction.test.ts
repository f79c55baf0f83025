/** SIGHUP with a text that is good and cannot be had now: the old definition goes on, with its sockets and servers. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

import { expect, onTestFinished, test } from 'vitest';

import { type Address, type OpenConnection, open, talk, UdpClient } from '../../daemon/client.ts';
import { service, startKinetd } from '../../daemon/kinetd.ts';
import { fixedPort } from '../../daemon/ports.ts';
import { descriptors } from '../../daemon/processes.ts';
import { python, python3, shell } from '../../daemon/programs.ts';

/** Somebody else has the port; the answer makes him go. */
async function taken(port: number, host = '127.0.0.1'): Promise<() => Promise<void>> {
  const server = createServer((socket) => socket.destroy());
  server.listen({ port, host });
  await once(server, 'listening');
  const leave = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  };
  onTestFinished(leave);
  return leave;
}

const at = (port: number, host = '127.0.0.1'): Address => ({ host, port });

async function holding(address: Address): Promise<OpenConnection> {
  const connection = await open(address);
  connection.write('x');
  await connection.receive(/x/);
  return connection;
}

async function goesOn(connection: OpenConnection): Promise<void> {
  connection.write('y');
  await connection.receive(/xy/);
}

const echoes = async (address: Address): Promise<void> => {
  expect((await talk(address, { send: 'echo' })).text).toBe('echo');
};

const says = async (address: Address, text: string): Promise<void> => {
  expect((await talk(address)).text).toBe(`${text}\n`);
};

const programs = { one: shell('echo one\n'), two: shell('echo two\n') };
const say = (id: string, port: number, more: Readonly<Record<string, string>> = {}): string =>
  service(id, { server: `@FOLDER@/${id}`, port, ...more });

test('a service that moves to a port which is taken keeps its old one, and moves when it is free', async () => {
  const [before, after] = [await fixedPort(), await fixedPort()];
  const leave = await taken(after);
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', { port: before }) } });
  const connection = await holding(at(before));
  daemon.write('x.conf', service('ECHO', { port: after }));
  expect(await daemon.reload()).toBe('Reconfigured: new=0 old=1 dropped=0 (services)');
  await daemon.says(
    new RegExp(
      `^kinetd: error: service echo: its new definition cannot be started \\(bind: Address already in use, 127\\.0\\.0\\.1:${after}\\), the old definition goes on until it is mended$`,
      'm',
    ),
  );
  await echoes(at(before));
  await goesOn(connection);
  await leave();
  expect(await daemon.reload()).toBe('Reconfigured: new=1 old=0 dropped=1 (services)');
  await echoes(at(after));
  await expect(talk(at(before))).rejects.toThrow('ECONNREFUSED');
  await goesOn(connection);
});

test('a service that moves to an address which is taken keeps its old one, and moves when it is free', async () => {
  const port = await fixedPort();
  const leave = await taken(port, '127.0.0.2');
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', { port, instances: 5 }) } });
  const connection = await holding(at(port));
  daemon.write('x.conf', service('echo', { port, bind: '127.0.0.2', instances: 1 }));
  expect(await daemon.reload()).toBe('Reconfigured: new=0 old=1 dropped=0 (services)');
  await daemon.says(/service echo: its new definition cannot be started \(bind: Address already in use, 127\.0\.0\.2:/);
  await echoes(at(port));
  await leave();
  await daemon.reload();
  expect((await talk(at(port, '127.0.0.2'), { halfClose: false })).text).toBe('');
  await daemon.says(/^FAIL: echo service_limit/m);
  await expect(talk(at(port))).rejects.toThrow('ECONNREFUSED');
  await goesOn(connection);
});

test('a datagram service that moves to a port which is taken keeps its old one', async () => {
  const [before, after] = [await fixedPort(), await fixedPort()];
  const occupant = createSocket('udp4');
  onTestFinished(() => void occupant.close());
  occupant.bind(after, '127.0.0.1');
  await once(occupant, 'listening');
  const server = shell("printf 'pid %s' $$ >&2\n");
  const text = (port: number): string =>
    service('udp', { socket_type: 'dgram', port, server: '@FOLDER@/server', log_on_success: 'HOST' });
  const daemon = await startKinetd({ files: { 'x.conf': text(before), server } });
  daemon.write('x.conf', text(after));
  expect(await daemon.reload()).toBe('Reconfigured: new=0 old=1 dropped=0 (services)');
  await daemon.says(/service udp: its new definition cannot be started \(bind: Address already in use/);
  await new UdpClient().send(at(before), 'datagram');
  await daemon.says(/^START: udp from=127\.0\.0\.1$/m);
});

test('a service that moves and whose new log cannot be opened keeps its old definition', async () => {
  const [before, after] = [await fixedPort(), await fixedPort()];
  const text = (port: number, log: string): string =>
    service('echo', { port, log_type: `FILE @FOLDER@/${log}`, log_on_success: 'HOST' });
  const daemon = await startKinetd({ files: { 'x.conf': text(before, 'log') } });
  daemon.write('x.conf', text(after, 'absent/log'));
  expect(await daemon.reload()).toBe('Reconfigured: new=0 old=1 dropped=0 (services)');
  await daemon.says(
    /error: service echo: its new definition cannot be started \(ENOENT.*\), the old definition goes on until it is mended/,
  );
  await echoes(at(before));
  await daemon.file('log', /START: echo/);
  await expect(talk(at(after))).rejects.toThrow('ECONNREFUSED');
  daemon.write('absent/log', '');
  expect(await daemon.reload()).toBe('Reconfigured: new=1 old=0 dropped=1 (services)');
  await echoes(at(after));
});

test('a service whose port another could take over only if that one could move stays as it is, too', async () => {
  const [first, second, third] = [await fixedPort(), await fixedPort(), await fixedPort()];
  const leave = await taken(third);
  const daemon = await startKinetd({ files: { 'x.conf': say('one', first) + say('two', second), ...programs } });
  daemon.write('x.conf', say('two', first) + say('one', third));
  expect(await daemon.reload()).toBe('Reconfigured: new=0 old=2 dropped=0 (services)');
  await daemon.says(/service one: its new definition cannot be started \(bind: Address already in use/);
  await daemon.says(/service two: its new definition cannot be started \(service one keeps 127\.0\.0\.1:\d+\)/);
  await says(at(first), 'one');
  await says(at(second), 'two');
  await leave();
  expect(await daemon.reload()).toBe('Reconfigured: new=2 old=0 dropped=2 (services)');
  await says(at(first), 'two');
  await says(at(third), 'one');
  await expect(talk(at(second))).rejects.toThrow('ECONNREFUSED');
});

test('a new service whose port is kept by one that cannot move is left out until it can', async () => {
  const [first, second] = [await fixedPort(), await fixedPort()];
  const leave = await taken(second);
  const daemon = await startKinetd({ files: { 'x.conf': say('one', first), ...programs } });
  daemon.write('x.conf', say('two', first) + say('one', second));
  expect(await daemon.reload()).toBe('Reconfigured: new=0 old=1 dropped=0 (services)');
  await daemon.says(/Service two failed to start and is deactivated: service one keeps 127\.0\.0\.1:\d+/);
  await says(at(first), 'one');
  await leave();
  expect(await daemon.reload()).toBe('Reconfigured: new=2 old=0 dropped=1 (services)');
  await says(at(first), 'two');
  await says(at(second), 'one');
});

test('from all addresses to one of them on the same port, and back', async () => {
  const port = await fixedPort();
  const wide = (id: string): string => say(id, port, { bind: '0.0.0.0' });
  const narrow = (id: string): string => say(id, port, { bind: '127.0.0.1' });
  const daemon = await startKinetd({ files: { 'x.conf': wide('one'), ...programs } });
  for (const text of [narrow('one'), wide('one')]) {
    daemon.write('x.conf', text);
    expect(await daemon.reload()).toBe('Reconfigured: new=0 old=1 dropped=0 (services)');
    await says(at(port), 'one');
  }
  await says(at(port, '127.0.0.2'), 'one');
  daemon.write('x.conf', narrow('two'));
  expect(await daemon.reload()).toBe('Reconfigured: new=1 old=0 dropped=1 (services)');
  await says(at(port), 'two');
  await expect(talk(at(port, '127.0.0.2'))).rejects.toThrow('ECONNREFUSED');
  expect(daemon.errors).not.toMatch(/bind/);
});

test('somebody else cannot join a port after such a move', async () => {
  const port = await fixedPort();
  const daemon = await startKinetd({ files: { 'x.conf': say('one', port, { bind: '0.0.0.0' }), ...programs } });
  daemon.write('x.conf', say('one', port, { bind: '127.0.0.1' }));
  await daemon.reload();
  await expect(taken(port)).rejects.toThrow('EADDRINUSE');
  await expect(taken(port, '0.0.0.0')).rejects.toThrow('EADDRINUSE');
});

test('two services change addresses with each other, and their sockets stay open', async () => {
  const port = await fixedPort();
  const text = (one: string, two: string): string => say('one', port, { bind: one }) + say('two', port, { bind: two });
  const daemon = await startKinetd({ files: { 'x.conf': text('127.0.0.1', '127.0.0.2'), ...programs } });
  const before = [...descriptors(daemon.pid).values()].filter((name) => name.startsWith('socket:'));
  daemon.write('x.conf', text('127.0.0.2', '127.0.0.1'));
  expect(await daemon.reload()).toBe('Reconfigured: new=0 old=2 dropped=0 (services)');
  await says(at(port, '127.0.0.2'), 'one');
  await says(at(port), 'two');
  const after = [...descriptors(daemon.pid).values()];
  for (const socket of before) expect(after).toContain(socket);
});

test('a service that has no socket anyway follows its new text, and is tried again there', async () => {
  const [first, second] = [await fixedPort(), await fixedPort()];
  await taken(first);
  const leave = await taken(second);
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', { port: first }) + service('other', {}) } });
  daemon.write('x.conf', service('echo', { port: second }) + service('other', {}));
  expect(await daemon.reload()).toBe('Reconfigured: new=1 old=1 dropped=1 (services)');
  await leave();
  await daemon.says(/Service echo has its address now and is active/);
  await echoes(at(second));
});

test('a reload that fails for one service is whole for the others', async () => {
  const [first, second, third] = [await fixedPort(), await fixedPort(), await fixedPort()];
  await taken(third);
  const gone = service('gone', { port: second });
  const daemon = await startKinetd({ files: { 'x.conf': say('one', first) + gone, ...programs } });
  daemon.write('x.conf', say('one', third) + say('two', second));
  expect(await daemon.reload()).toBe('Reconfigured: new=1 old=1 dropped=1 (services)');
  await says(at(first), 'one');
  await says(at(second), 'two');
});

test('reloads that fail leave no descriptor behind', async () => {
  const [first, second] = [await fixedPort(), await fixedPort()];
  await taken(second);
  const log = (name: string): Record<string, string> => ({
    log_type: `FILE @FOLDER@/${name}`,
    log_on_success: 'HOST',
  });
  const daemon = await startKinetd({ files: { 'x.conf': say('one', first, log('log')), ...programs } });
  const before = [...descriptors(daemon.pid).values()].sort();
  daemon.write('x.conf', say('one', second, log('other')) + say('two', first, log('third')));
  for (let count = 0; count < 20; count++) await daemon.reload();
  expect([...descriptors(daemon.pid).values()].sort()).toEqual(before);
});

test.skipIf(python3 === undefined)(
  'a datagram server at work keeps the socket that its service could not leave',
  async () => {
    const [before, after] = [await fixedPort(), await fixedPort()];
    const occupant = createSocket('udp4');
    onTestFinished(() => void occupant.close());
    occupant.bind(after, '127.0.0.1');
    await once(occupant, 'listening');
    const server = python(`
import socket
sock = socket.socket(fileno=0)
while True:
    text, sender = sock.recvfrom(100)
    sock.sendto(text, sender)
    if text.startswith(b"end"): break
`);
    const text = (port: number): string => service('udp', { socket_type: 'dgram', port, server: '@FOLDER@/server' });
    const daemon = await startKinetd({ files: { 'x.conf': text(before), server } });
    const client = new UdpClient();
    const ask = async (word: string): Promise<string> => {
      await client.send(at(before), word);
      return client.answer();
    };
    expect(await ask('a')).toBe('a');
    daemon.write('x.conf', text(after));
    expect(await daemon.reload()).toBe('Reconfigured: new=0 old=1 dropped=0 (services)');
    expect(await ask('end')).toBe('end');
    await daemon.says(/^EXIT: udp/m);
    expect(await ask('b')).toBe('b');
  },
);
