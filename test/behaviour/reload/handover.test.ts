/** A port that passes from one service to another in a reload stays open between them. */
import { expect, onTestFinished, test } from 'vitest';

import { type Address, open, talk, UdpClient } from '../../daemon/client.ts';
import { type Kinetd, service, startKinetd } from '../../daemon/kinetd.ts';
import { fixedPort } from '../../daemon/ports.ts';
import { descriptors } from '../../daemon/processes.ts';
import { python, python3, shell } from '../../daemon/programs.ts';
import { until } from '../../daemon/until.ts';

/** The inodes of the daemon's sockets. */
function sockets(daemon: Kinetd): Set<string> {
  return new Set([...descriptors(daemon.pid).values()].filter((name) => name.startsWith('socket:')));
}

/** Connects again and again until it is told to stop; answers what went wrong. */
function hammer(address: Address): () => Promise<{ readonly visits: number; readonly troubles: readonly string[] }> {
  let going = true;
  let visits = 0;
  const troubles: string[] = [];
  const one = async (): Promise<void> => {
    while (going) {
      visits++;
      try {
        const { text } = await talk(address);
        if (!/^(one|two)\n$/.test(text)) troubles.push(`answered ${JSON.stringify(text)}`);
      } catch (error) {
        troubles.push(String(error));
      }
    }
  };
  const loops = [one(), one(), one()];
  onTestFinished(() => {
    going = false;
  });
  return async () => {
    going = false;
    await Promise.all(loops);
    return { visits, troubles };
  };
}

const programs = { one: shell('echo one\n'), two: shell('echo two\n') };

function say(id: string, port: number): string {
  return service(id, { server: `@FOLDER@/${id}`, port, cps: '0 1', log_on_success: '', log_on_failure: '' });
}

test('no client is refused while a service is renamed back and forth', async () => {
  const port = await fixedPort();
  const daemon = await startKinetd({ files: { 'x.conf': say('one', port), ...programs } });
  const before = sockets(daemon);
  const stop = hammer({ host: '127.0.0.1', port });
  for (let count = 1; count <= 10; count++) {
    daemon.write('x.conf', say(count % 2 === 0 ? 'one' : 'two', port));
    expect(await daemon.reload()).toBe('Reconfigured: new=1 old=0 dropped=1 (services)');
  }
  const { visits, troubles } = await stop();
  expect(troubles).toEqual([]);
  expect(visits).toBeGreaterThan(10);
  for (const socket of before) expect(sockets(daemon)).toContain(socket);
});

test('two services that change ports with each other', async () => {
  const [first, second] = [await fixedPort(), await fixedPort()];
  const daemon = await startKinetd({ files: { 'x.conf': say('one', first) + say('two', second), ...programs } });
  const stop = hammer({ host: '127.0.0.1', port: first });
  daemon.write('x.conf', say('one', second) + say('two', first));
  await daemon.reload();
  const { troubles } = await stop();
  expect(troubles).toEqual([]);
  expect((await talk({ host: '127.0.0.1', port: first })).text).toBe('two\n');
  expect((await talk({ host: '127.0.0.1', port: second })).text).toBe('one\n');
});

test.skipIf(python3 === undefined)(
  'from nowait to wait and back, with the socket as each kind of server needs it',
  async () => {
    const port = await fixedPort();
    const address = { host: '127.0.0.1', port };
    const accepts = python(`
import fcntl, os, socket
blocking = not fcntl.fcntl(0, fcntl.F_GETFL) & os.O_NONBLOCK
client, _ = socket.socket(fileno=0).accept()
client.sendall(f"accepted, blocking={blocking}".encode())
`);
    const nowait = say('one', port);
    const wait = service('one', { server: '@FOLDER@/accepts', port, wait: 'yes' });
    const daemon = await startKinetd({ files: { 'x.conf': nowait, accepts, ...programs } });
    const before = sockets(daemon);
    expect((await talk(address)).text).toBe('one\n');
    daemon.write('x.conf', wait);
    await daemon.reload();
    expect((await talk(address)).text).toBe('accepted, blocking=True');
    await until(() => (daemon.errors.match(/^EXIT: one/gm)?.length === 2 ? true : undefined));
    daemon.write('x.conf', nowait);
    await daemon.reload();
    expect((await talk(address)).text).toBe('one\n');
    for (const socket of before) expect(sockets(daemon)).toContain(socket);
    // The daemon accepts on a socket that does not block it: nobody comes, and it still answers a reload.
    await daemon.reload();
  },
);

test.skipIf(python3 === undefined)(
  'a datagram that is queued when its service is renamed reaches the new one',
  async () => {
    const port = await fixedPort();
    const server = python(`
import os, socket
sock = socket.socket(fileno=0)
text, sender = sock.recvfrom(100)
sock.sendto(text, sender)
`);
    // The port rests for an hour after two datagrams in one second: what comes then stays queued.
    const answer = (id: string, cps: string): string =>
      service(id, { socket_type: 'dgram', server: '@FOLDER@/server', port, cps });
    const daemon = await startKinetd({ files: { 'x.conf': answer('one', '1 3600'), server } });
    const client = new UdpClient();
    const sent: string[] = [];
    while (!daemon.errors.includes('Deactivating')) {
      for (const _ of [1, 2]) {
        sent.push(`datagram ${sent.length}`);
        await client.send({ host: '127.0.0.1', port }, sent.at(-1) ?? '');
      }
      await until(() => daemon.errors.includes('Deactivating') || client.received.length === sent.length || undefined);
    }
    daemon.write('x.conf', answer('two', '0 1'));
    await daemon.reload();
    await until(() => client.received.length === sent.length || undefined);
    expect(client.received).toEqual(sent);
    await daemon.says(/START: two/);
  },
);

test.skipIf(python3 === undefined)(
  'a datagram server that is at work during the renaming keeps the socket, and the new service goes on after it',
  async () => {
    const port = await fixedPort();
    const answers = (word: string): string =>
      python(`
import socket
sock = socket.socket(fileno=0)
while True:
    text, sender = sock.recvfrom(100)
    sock.sendto(b"${word} " + text, sender)
    if text.startswith(b"end"): break
`);
    const answer = (id: string): string => service(id, { socket_type: 'dgram', server: `@FOLDER@/${id}`, port });
    const daemon = await startKinetd({
      files: { 'x.conf': answer('one'), one: answers('one'), two: answers('two') },
    });
    const client = new UdpClient();
    const say = (text: string): Promise<void> => client.send({ host: '127.0.0.1', port }, text);
    await say('a');
    expect(await client.answer()).toBe('one a');
    daemon.write('x.conf', answer('two'));
    await daemon.reload();
    for (const text of ['b', 'end', 'c', 'd']) await say(text);
    const later = [await client.answer(), await client.answer(), await client.answer(), await client.answer()];
    expect(later).toEqual(['one b', 'one end', 'two c', 'two d']);
    await daemon.says(/^START: two/m);
  },
);

test.skipIf(python3 === undefined)(
  'connections that queue behind a server that waits are served by the service that follows it',
  async () => {
    const port = await fixedPort();
    const address = { host: '127.0.0.1', port };
    const accepts = python(`
import socket
client, _ = socket.socket(fileno=0).accept()
client.sendall(b"accepted")
while client.recv(100): pass
`);
    const one = service('one', { server: '@FOLDER@/accepts', port, wait: 'yes' });
    const daemon = await startKinetd({ files: { 'x.conf': one, accepts, ...programs } });
    const first = await open(address);
    await first.receive(/accepted/);
    const queued = await Promise.all([open(address), open(address)]);
    daemon.write('x.conf', say('two', port));
    expect(await daemon.reload()).toBe('Reconfigured: new=1 old=0 dropped=1 (services)');
    first.close();
    for (const connection of queued) expect(await connection.closed()).toBe('two\n');
    expect(daemon.errors).not.toContain('bind failed');
    expect((await talk(address)).text).toBe('two\n');
  },
);

test('a connection that is open goes on under its old service', async () => {
  const port = await fixedPort();
  const echo = (id: string): string => service(id, { port });
  const daemon = await startKinetd({ files: { 'x.conf': echo('one') } });
  const connection = await open({ host: '127.0.0.1', port });
  connection.write('x');
  await connection.receive(/x/);
  daemon.write('x.conf', echo('two'));
  await daemon.reload();
  connection.write('y');
  await connection.receive(/xy/);
  connection.close();
  await daemon.says(/^EXIT: one status=0/m);
});
