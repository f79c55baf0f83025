/** A socket for one sender of datagrams: what of it waits in the common queue is moved there, whole, unread and in order. */
import { createSocket, type Socket } from 'node:dgram';
import { afterEach, expect, test } from 'vitest';

import {
  bindConnected,
  bindInternet,
  closeDescriptor,
  DatagramBatch,
  type Descriptor,
  localAddress,
  openSocket,
  peekEnds,
  resendDatagram,
  setSocketOption,
  tellDestination,
} from '../../../src/os/mod.ts';

const open: Descriptor[] = [];
const clients: Socket[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
  for (const descriptor of open.splice(0)) closeDescriptor(descriptor);
});

type Family = 'inet' | 'inet6';

function bindable(family: Family): Descriptor {
  const socket = openSocket({ family, type: 'dgram', protocol: 0, nonBlocking: true });
  open.push(socket);
  setSocketOption(socket, 'reuseAddress', true);
  return socket;
}

function common(family: Family, address: string): { socket: Descriptor; port: number } {
  const socket = bindable(family);
  if (family === 'inet6') setSocketOption(socket, 'v6Only', false);
  tellDestination(socket, family);
  bindInternet(socket, family, address, 0);
  return { socket, port: localAddress(socket).port };
}

function client(family: Family): Socket {
  const socket = createSocket(family === 'inet' ? 'udp4' : 'udp6');
  clients.push(socket);
  return socket;
}

function send(from: Socket, bytes: string | Buffer, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    from.send(bytes, port, address, (error) => (error === null ? resolve() : reject(error)));
  });
}

const largest = 65_507;

test.each([
  ['inet', '0.0.0.0', '127.0.0.2', largest],
  ['inet', '127.0.0.1', '127.0.0.1', 0],
  ['inet', '0.0.0.0', '127.0.0.1', 4096],
  ['inet6', '::', '::1', largest],
  ['inet6', '::1', '::1', 3],
  ['inet6', '::', '127.0.0.3', 4097],
] as const)('of an %s socket bound to %s and sent to at %s with %i bytes', async (family, bound, address, length) => {
  const { socket, port } = common(family, bound);
  const peerFamily = address.includes(':') ? 'inet6' : 'inet';
  const [one, other] = [client(peerFamily), client(peerFamily)];
  const datagram = Buffer.from(Array.from({ length }, (_, index) => index % 251));
  await send(one, datagram, port, address);
  await send(other, 'of somebody else', port, address);
  await send(one, 'second', port, address);

  const first = peekEnds(socket);
  expect(first).toMatchObject({ peer: { port: one.address().port }, destination: address });
  if (first === undefined) return;
  const local = { address, port };
  const own = bindable(peerFamily);
  bindConnected(own, peerFamily, local, first.peer);
  // Without the right to send in somebody else's name nothing is lost.
  if (process.getuid?.() !== 0) {
    expect(() => resendDatagram(socket, peerFamily, first.peer, local)).toThrow(/^socket: /);
    expect(peekEnds(socket)).toEqual(first);
    return;
  }
  resendDatagram(socket, peerFamily, first.peer, local);
  const second = peekEnds(socket);
  expect(second?.peer.port).toBe(other.address().port);
  if (second === undefined) return;
  // The sender without a socket: back to the end of the common queue.
  resendDatagram(socket, peerFamily, second.peer, local);
  resendDatagram(socket, peerFamily, first.peer, local);
  await send(one, 'third', port, address);
  await send(other, 'again', port, address);

  const batch = new DatagramBatch();
  expect(batch.receive(own)).toBe(3);
  expect([0, 1, 2].map((index) => batch.sender(index))).toEqual([first.peer, first.peer, first.peer]);
  expect([0, 1, 2].map((index) => batch.length(index))).toEqual([length, 6, 5]);
  expect(batch.receive(socket)).toBe(2);
  expect([0, 1].map((index) => batch.sender(index).port)).toEqual([second.peer.port, second.peer.port]);
});

test('a socket that does not tell where datagrams were sent to knows their sender', async () => {
  const socket = bindable('inet');
  bindInternet(socket, 'inet', '127.0.0.1', 0);
  expect(peekEnds(socket)).toBeUndefined();
  const one = client('inet');
  await send(one, '', localAddress(socket).port, '127.0.0.1');
  expect(peekEnds(socket)).toEqual({
    peer: { address: '127.0.0.1', port: one.address().port },
    destination: undefined,
  });
});
