/** SIGHUP with a configuration that is good: what is new comes, what has gone goes, and no client is lost over it. */
import { expect, test } from 'vitest';

import { type Address, type OpenConnection, open, talk, UdpClient } from '../../daemon/client.ts';
import { type Kinetd, service, startKinetd } from '../../daemon/kinetd.ts';
import { fixedPort } from '../../daemon/ports.ts';
import { children, descriptors } from '../../daemon/processes.ts';
import { python, python3, shell } from '../../daemon/programs.ts';
import { alive, until } from '../../daemon/until.ts';

async function held(address: Address): Promise<OpenConnection> {
  const connection = await open(address);
  connection.write('x');
  await connection.receive(/x/);
  return connection;
}

/** That a connection of before the reload still echoes. */
async function goesOn(connection: OpenConnection): Promise<void> {
  connection.write('y');
  await connection.receive(/xy/);
}

/** The inodes of the daemon's sockets. */
function sockets(daemon: Kinetd): Set<string> {
  return new Set([...descriptors(daemon.pid).values()].filter((name) => name.startsWith('socket:')));
}

test('a new service is opened, and the connections of the old one go on', async () => {
  const port = await fixedPort();
  const old = service('old', {});
  const daemon = await startKinetd({ files: { 'x.conf': old } });
  const connection = await held(await daemon.address('old'));
  daemon.write('x.conf', old + service('new', { port }));
  expect(await daemon.reload()).toBe('Reconfigured: new=1 old=1 dropped=0 (services)');
  await daemon.says(/^kinetd: Starting reconfiguration$/m);
  await daemon.says(/^kinetd: readjusting service old$/m);
  expect((await talk({ host: '127.0.0.1', port }, { send: 'new' })).text).toBe('new');
  await goesOn(connection);
  expect((await talk(await daemon.address('old'), { send: 'old' })).text).toBe('old');
});

test('SIGUSR2 reloads as well', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('old', {}) } });
  daemon.signal('SIGUSR2');
  await daemon.says(/Reconfigured: new=0 old=1 dropped=0/);
});

test('the port of a service that has gone closes, while its server goes on to its end, which is logged', async () => {
  const log = { log_type: 'FILE @FOLDER@/gone.log', log_on_success: 'PID EXIT' };
  const daemon = await startKinetd({ files: { 'x.conf': service('gone', log) + service('stays', {}) } });
  const address = await daemon.address('gone');
  const connection = await held(address);
  daemon.write('x.conf', service('stays', {}));
  expect(await daemon.reload()).toBe('Reconfigured: new=0 old=1 dropped=1 (services)');
  await daemon.says(/^kinetd: service gone deactivated, 1 servers go on until they end$/m);
  await expect(talk(address)).rejects.toThrow('ECONNREFUSED');
  await goesOn(connection);
  connection.close();
  await daemon.file('gone.log', /START: gone pid=(\d+)\n.*EXIT: gone status=0 pid=\1\n/);
  await until(() =>
    [...descriptors(daemon.pid).values()].some((name) => name.endsWith('gone.log')) ? undefined : true,
  );
});

test('--end-dropped ends the servers of a service that has gone', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': service('gone', {}) + service('stays', {}) },
    command: ['kinetd', 'run', '-f', '@FOLDER@/x.conf', '--end-dropped'],
  });
  const gone = await held(await daemon.address('gone'));
  const stays = await held(await daemon.address('stays'));
  daemon.write('x.conf', service('stays', {}));
  await daemon.reload();
  await gone.closed();
  await daemon.says(/^EXIT: gone signal=15 /m);
  await goesOn(stays);
});

test('disable = yes is as good as removing it', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('off', {}) + service('on', {}) } });
  const address = await daemon.address('off');
  daemon.write('x.conf', service('off', { disable: 'yes' }) + service('on', {}));
  expect(await daemon.reload()).toBe('Reconfigured: new=0 old=1 dropped=1 (services)');
  await expect(talk(address)).rejects.toThrow('ECONNREFUSED');
});

test('another program serves from the next connection on, over the same socket', async () => {
  const text = (server: string): string => service('say', { server: `@FOLDER@/${server}` });
  const daemon = await startKinetd({
    files: { 'x.conf': text('one'), one: shell('echo one; cat\n'), two: shell('echo two\n') },
  });
  const address = await daemon.address('say');
  const before = sockets(daemon);
  const connection = await open(address);
  await connection.receive(/one/);
  daemon.write('x.conf', text('two'));
  await daemon.reload();
  expect((await talk(address)).text).toBe('two\n');
  connection.write('still here');
  await connection.receive(/still here/);
  for (const socket of before) expect(sockets(daemon)).toContain(socket);
});

test('a connection that waits in the backlog during a reload is served after it', async () => {
  const text = (server: string): string => service('say', { server: `@FOLDER@/${server}` });
  const daemon = await startKinetd({
    files: { 'x.conf': text('one'), one: shell('echo one\n'), two: shell('echo two\n') },
  });
  const address = await daemon.address('say');
  daemon.signal('SIGSTOP');
  const waiting = await Promise.all(Array.from({ length: 20 }, () => open(address)));
  daemon.write('x.conf', text('two'));
  daemon.signal('SIGHUP');
  daemon.signal('SIGCONT');
  for (const connection of waiting) await connection.receive(/^(one|two)\n$/);
  await daemon.says(/Reconfigured/);
});

test('instances, per_source and access lists of the new text hold for the next client, whoever runs already', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', { instances: 1 }) } });
  const address = await daemon.address('echo');
  const first = await held(address);
  daemon.write('x.conf', service('echo', { instances: 2 }));
  await daemon.reload();
  await held(address);
  expect((await talk(address, { halfClose: false })).text).toBe('');
  await daemon.says(/^FAIL: echo service_limit/m);
  daemon.write('x.conf', service('echo', { no_access: '127.0.0.1' }));
  await daemon.reload();
  expect((await talk(address, { halfClose: false })).text).toBe('');
  await daemon.says(/^FAIL: echo address/m);
  await goesOn(first);
});

test('another port: the old one closes, the new one opens, and connections go on', async () => {
  const [before, after] = [await fixedPort(), await fixedPort()];
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', { port: before }) } });
  const connection = await held({ host: '127.0.0.1', port: before });
  daemon.write('x.conf', service('echo', { port: after }));
  expect(await daemon.reload()).toBe('Reconfigured: new=1 old=0 dropped=1 (services)');
  await expect(talk({ host: '127.0.0.1', port: before })).rejects.toThrow('ECONNREFUSED');
  expect((await talk({ host: '127.0.0.1', port: after }, { send: 'new' })).text).toBe('new');
  await goesOn(connection);
});

test('another address', async () => {
  const port = await fixedPort();
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', { port, bind: '127.0.0.1' }) } });
  const connection = await held({ host: '127.0.0.1', port });
  daemon.write('x.conf', service('echo', { port, bind: '127.0.0.2' }));
  await daemon.reload();
  await expect(talk({ host: '127.0.0.1', port })).rejects.toThrow('ECONNREFUSED');
  expect((await talk({ host: '127.0.0.2', port }, { send: 'new' })).text).toBe('new');
  await goesOn(connection);
});

test.skipIf(python3 === undefined)(
  'a datagram server at work keeps its socket, and its successor is of the new text',
  async () => {
    const answers = (name: string): string =>
      python(`
import socket
sock = socket.socket(fileno=0)
while True:
    text, sender = sock.recvfrom(100)
    sock.sendto(b"${name} " + text, sender)
    if text == b"end": break
`);
    const text = (server: string): string => service('answer', { socket_type: 'dgram', server: `@FOLDER@/${server}` });
    const daemon = await startKinetd({ files: { 'x.conf': text('one'), one: answers('one'), two: answers('two') } });
    const address = await daemon.address('answer');
    const client = new UdpClient();
    const ask = async (datagram: string): Promise<string> => {
      await client.send(address, datagram);
      return client.answer();
    };
    expect(await ask('a')).toBe('one a');
    daemon.write('x.conf', text('two'));
    await daemon.reload();
    expect(await ask('b')).toBe('one b');
    expect(await ask('end')).toBe('one end');
    expect(await ask('c')).toBe('two c');
  },
);

test('an include directory is read again', async () => {
  const [one, two] = [await fixedPort(), await fixedPort()];
  const daemon = await startKinetd({
    files: { 'x.conf': 'includedir @FOLDER@/x.d\n', 'x.d/one': service('one', { port: one }) },
  });
  daemon.write('x.d/two', service('two', { port: two }));
  expect(await daemon.reload()).toBe('Reconfigured: new=1 old=1 dropped=0 (services)');
  for (const port of [one, two]) {
    expect((await talk({ host: '127.0.0.1', port }, { send: 'x' })).text).toBe('x');
  }
});

test('any number of signals in a row leave a daemon that works', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', {}) } });
  const address = await daemon.address('echo');
  const connection = await held(address);
  for (let count = 0; count < 50; count++) daemon.signal(count % 2 === 0 ? 'SIGHUP' : 'SIGUSR2');
  await daemon.reload();
  await goesOn(connection);
  expect((await talk(address, { send: 'x' })).text).toBe('x');
});

test('a hundred reloads with services that come and go leave no descriptor behind', async () => {
  const [one, two] = [await fixedPort(), await fixedPort()];
  const log = { log_type: 'FILE @FOLDER@/log', log_on_success: 'HOST' };
  const texts = [
    service('one', { port: one, ...log }),
    service('two', { port: two, ...log, log_type: 'FILE @FOLDER@/other' }),
  ];
  const daemon = await startKinetd({ files: { 'x.conf': texts[0] ?? '' } });
  const before = descriptors(daemon.pid).size;
  for (let count = 1; count <= 100; count++) {
    daemon.write('x.conf', texts[count % 2] ?? '');
    expect(await daemon.reload()).toBe('Reconfigured: new=1 old=0 dropped=1 (services)');
  }
  expect(descriptors(daemon.pid).size).toBe(before);
  expect(children(daemon.pid)).toEqual([]);
});

test('servers are not disturbed by the SIGHUP that the daemon gets', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', {}) } });
  await held(await daemon.address('echo'));
  const [pid = -1] = children(daemon.pid);
  await daemon.reload();
  expect(alive(pid)).toBe(true);
});
