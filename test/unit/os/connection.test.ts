/** Whose a TCP connection is, asked of the kernel: by both families, and for what is no connection. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

import { expect, onTestFinished, test } from 'vitest';

import { parseIp } from '../../../src/address/mod.ts';
import { type ConnectionEnd, findConnection } from '../../../src/os/mod.ts';
import { ownerOf } from '../../../src/worker/auth/owner.ts';

const me = process.getuid?.() ?? -1;

/** Both ends of a connection: of the client, and the server that has accepted it. */
async function connected(address: string, listen = address): Promise<readonly [client: Socket, server: Socket]> {
  const server = createServer().listen(0, listen);
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, address);
  const [[accepted]] = await Promise.all([once(server, 'connection') as Promise<[Socket]>, once(client, 'connect')]);
  onTestFinished(() => {
    client.destroy();
    accepted.destroy();
    server.close();
  });
  return [client, accepted];
}

function end(address: string, port: number | undefined): ConnectionEnd {
  return { bytes: parseIp(address)?.bytes ?? new Uint8Array(), port: port ?? 0 };
}

/** By the addresses as they are to be asked for. */
function find(socket: Socket, address: string) {
  return findConnection(end(address, socket.localPort), end(address, socket.remotePort));
}

test.for(['127.0.0.1', '::1'])('%s: both ends of a connection have an owner', async (address) => {
  for (const socket of await connected(address)) expect(find(socket, address)).toEqual({ uid: me });
});

test('a connection over a socket of both families is found by its IPv4 addresses, and by the mapped ones', async () => {
  const ends = [...(await connected('127.0.0.1', '::')), ...(await connected('::ffff:127.0.0.1', '::'))];
  for (const socket of ends) {
    expect(find(socket, '127.0.0.1')).toEqual({ uid: me });
    expect(find(socket, '::ffff:127.0.0.1')).toEqual({ uid: me });
  }
});

test('one that nobody has accepted has no owner; a listening socket, and no socket, are none', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  onTestFinished(() => void server.close());
  expect(findConnection(end('127.0.0.1', port), end('127.0.0.1', 1))).toBeUndefined();
  expect(findConnection(end('127.0.0.1', 1), end('127.0.0.1', 2))).toBeUndefined();
  const [client, accepted] = await connected('127.0.0.1');
  const [ours, theirs] = [end('127.0.0.1', client.localPort), end('127.0.0.1', client.remotePort)];
  client.destroy();
  await once(client, 'close');
  // The server has not closed yet: what is left of the client belongs to nobody.
  expect(findConnection(ours, theirs)).toEqual({ uid: undefined });
  expect(findConnection(theirs, ours)).toEqual({ uid: me });
  accepted.destroy();
});

test('the tables of the kernel are read when it cannot be asked, or does not find the connection', async () => {
  for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
    const [{ localPort = 0, remotePort = 0 }] = await connected(address);
    const [local, remote] = [
      { address, port: localPort },
      { address, port: remotePort },
    ];
    expect(await ownerOf(local, remote, () => undefined)).toBe(me);
    expect(await ownerOf(local, remote)).toBe(me);
    expect(await ownerOf(local, remote, () => ({ uid: undefined }))).toBeUndefined();
    expect(await ownerOf(local, remote, () => ({ uid: 4711 }))).toBe(4711);
    expect(await ownerOf(local, { address, port: 1 })).toBeUndefined();
  }
});
