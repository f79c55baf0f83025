/** Accepting: batches, addresses in each family, and what is no failure of the listener. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';

import type { Family } from '../../../src/model/mod.ts';
import {
  type AcceptedBatch,
  acceptBatch,
  bindInternet,
  closeDescriptor,
  type Descriptor,
  listen,
  localAddress,
  openSocket,
  setSocketOption,
  watchReadable,
} from '../../../src/os/mod.ts';
import { resultOf } from './fixture.ts';

const open: Descriptor[] = [];
const clients: Socket[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
  for (const descriptor of open.splice(0)) closeDescriptor(descriptor);
});

function listener(family: Family, address: string, v6Only?: boolean): { socket: Descriptor; port: number } {
  const socket = openSocket({ family, type: 'stream', protocol: 0, nonBlocking: true });
  open.push(socket);
  if (v6Only !== undefined) setSocketOption(socket, 'v6Only', v6Only);
  bindInternet(socket, family, address, 0);
  listen(socket, 64);
  return { socket, port: localAddress(socket).port };
}

async function client(port: number, host: string): Promise<Socket> {
  const socket = connect(port, host);
  clients.push(socket);
  await once(socket, 'connect');
  return socket;
}

function accept(socket: Descriptor, most: number = 64): AcceptedBatch {
  const batch = acceptBatch(socket, most);
  open.push(...batch.connections.map((connection) => connection.descriptor));
  return batch;
}

const hasIpv6 = ((): boolean => {
  try {
    return readFileSync('/proc/net/if_inet6', 'utf8').includes('00000000000000000000000000000001');
  } catch {
    return false; // a kernel without IPv6 has no such file
  }
})();

test('nothing waits: an empty batch without failure', () => {
  expect(accept(listener('inet', '127.0.0.1').socket)).toEqual({ connections: [], failure: undefined });
});

test('a batch has all that wait, with peer and local address', async () => {
  const { socket, port } = listener('inet', '127.0.0.1');
  const ports = [];
  for (let i = 0; i < 5; i++) ports.push((await client(port, '127.0.0.1')).localPort);
  const { connections, failure } = accept(socket);
  expect(failure).toBeUndefined();
  expect(connections.map((connection) => connection.peer)).toEqual(
    ports.map((from) => ({ address: '127.0.0.1', port: from })),
  );
  expect(connections[0]?.local).toEqual({ address: '127.0.0.1', port });
});

test('a batch is at most as long as asked, and the rest stays', async () => {
  const { socket, port } = listener('inet', '127.0.0.1');
  for (let i = 0; i < 5; i++) await client(port, '127.0.0.1');
  expect(accept(socket, 3).connections).toHaveLength(3);
  expect(accept(socket, 3).connections).toHaveLength(2);
});

test('an accepted socket is blocking and close-on-exec, though its listener does not block', async () => {
  const { socket, port } = listener('inet', '127.0.0.1');
  await client(port, '127.0.0.1');
  const flags = /flags:\s*(\d+)/.exec(
    readFileSync(`/proc/self/fdinfo/${accept(socket).connections[0]?.descriptor}`, 'utf8'),
  );
  const bits = Number.parseInt(flags?.[1] ?? '', 8);
  expect({ nonBlocking: (bits & 0o4000) !== 0, closeOnExec: (bits & 0o2000000) !== 0 }).toEqual({
    nonBlocking: false,
    closeOnExec: true,
  });
});

test('an IPv6 client is shown in canonical text', async (context) => {
  context.skip(!hasIpv6, 'needs IPv6 on the loopback');
  const { socket, port } = listener('inet6', '::1', true);
  const from = await client(port, '::1');
  expect(accept(socket).connections).toMatchObject([
    { peer: { address: '::1', port: from.localPort }, local: { address: '::1', port } },
  ]);
});

test('an IPv4 client of a dual-stack socket is IPv4 on both sides, and its socket becomes an IPv4 one', async (context) => {
  context.skip(!hasIpv6, 'needs IPv6 on the loopback');
  const { socket, port } = listener('inet6', '::', false);
  const from = await client(port, '127.0.0.1');
  const [connection] = accept(socket).connections;
  expect(connection).toMatchObject({
    peer: { address: '127.0.0.1', port: from.localPort },
    local: { address: '127.0.0.1', port },
  });
  // A mapped address would print alike; but an IPv4 socket does not know the options of IPv6.
  const descriptor = connection?.descriptor;
  if (descriptor === undefined) throw new Error('no connection');
  expect(() => setSocketOption(descriptor, 'v6Only', true)).toThrow(expect.objectContaining({ code: 'ENOPROTOOPT' }));
});

test('an IPv6 client of a dual-stack socket stays IPv6', async (context) => {
  context.skip(!hasIpv6, 'needs IPv6 on the loopback');
  const { socket, port } = listener('inet6', '::', false);
  await client(port, '::1');
  expect(accept(socket).connections).toMatchObject([{ peer: { address: '::1' }, local: { address: '::1', port } }]);
});

test('a client that went away before it was accepted does not fail the batch', async () => {
  const { socket, port } = listener('inet', '127.0.0.1');
  const gone = await client(port, '127.0.0.1');
  gone.resetAndDestroy();
  await once(gone, 'close');
  await client(port, '127.0.0.1');
  const { connections, failure } = accept(socket);
  expect(failure).toBeUndefined();
  expect(connections.length).toBeGreaterThanOrEqual(1);
});

test('no descriptor to spare is reported as EMFILE, and the connection waits', () => {
  expect(resultOf('exhausted').result).toEqual({
    full: { connections: 0, failure: 'EMFILE' },
    room: { connections: 1 },
  });
});

test('a socket that does not listen is a failure, not an empty batch', () => {
  const socket = openSocket({ family: 'inet', type: 'stream', protocol: 0, nonBlocking: true });
  open.push(socket);
  expect(accept(socket).failure).toBe('EINVAL');
  const datagram = openSocket({ family: 'inet', type: 'dgram', protocol: 0, nonBlocking: true });
  open.push(datagram);
  expect(accept(datagram).failure).toBe('EOPNOTSUPP');
});

test('a watched listener calls back while a connection waits', async () => {
  const { socket, port } = listener('inet', '127.0.0.1');
  const batch = new Promise<AcceptedBatch>((resolve) => {
    const watch = watchReadable(socket, () => {
      watch.close();
      resolve(accept(socket));
    });
    watch.start();
  });
  await client(port, '127.0.0.1');
  expect((await batch).connections).toHaveLength(1);
});
