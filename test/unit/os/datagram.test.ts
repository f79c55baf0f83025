/** Datagrams: the sender without the datagram, and datagrams to a Unix socket. */
import { spawn, spawnSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';

import type { Peer } from '../../../src/model/mod.ts';
import {
  bindInternet,
  closeDescriptor,
  connectUnixDatagram,
  type Descriptor,
  localAddress,
  openNull,
  openSocket,
  peekSender,
  receiveDescriptors,
  SystemError,
  sendDatagram,
  setSocketOption,
  socketPair,
  watchReadable,
} from '../../../src/os/mod.ts';

const open: Descriptor[] = [];
const clients: Socket[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
  for (const descriptor of open.splice(0)) closeDescriptor(descriptor);
});

function receiver(family: 'inet' | 'inet6', address: string): { socket: Descriptor; port: number } {
  const socket = openSocket({ family, type: 'dgram', protocol: 0, nonBlocking: true });
  open.push(socket);
  if (family === 'inet6') setSocketOption(socket, 'v6Only', false);
  bindInternet(socket, family, address, 0);
  return { socket, port: localAddress(socket).port };
}

async function send(port: number, text: string): Promise<number> {
  const client = createSocket('udp4');
  clients.push(client);
  client.send(text, port, '127.0.0.1');
  await once(client, 'listening');
  return client.address().port;
}

async function bound(port: number): Promise<Socket> {
  const partner = createSocket('udp4');
  if (port !== 0) clients.push(partner);
  partner.bind(port, '127.0.0.1');
  await once(partner, 'listening');
  return partner;
}

async function readable(socket: Descriptor): Promise<void> {
  await new Promise<void>((resolve) => {
    const watch = watchReadable(socket, () => {
      watch.close();
      resolve();
    });
    watch.start();
  });
}

test('the sender is known and the datagram stays, however often one looks', async () => {
  const { socket, port } = receiver('inet', '127.0.0.1');
  expect(peekSender(socket)).toBeUndefined();
  const from = await send(port, 'the whole datagram');
  await readable(socket);
  for (let i = 0; i < 3; i++) expect(peekSender(socket)).toEqual({ address: '127.0.0.1', port: from });
  const buffer = Buffer.alloc(64);
  const received = receiveDescriptors(socket, buffer);
  expect(buffer.toString('utf8', 0, received?.length)).toBe('the whole datagram');
  expect(peekSender(socket)).toBeUndefined();
});

test('an empty datagram has a sender too', async () => {
  const { socket, port } = receiver('inet', '127.0.0.1');
  const from = await send(port, '');
  await readable(socket);
  expect(peekSender(socket)).toEqual({ address: '127.0.0.1', port: from });
});

test('an IPv4 sender to a dual-stack socket is IPv4', async (context) => {
  let open6: ReturnType<typeof receiver>;
  try {
    open6 = receiver('inet6', '::');
  } catch (error) {
    if (error instanceof SystemError) return context.skip('needs IPv6');
    throw error;
  }
  const from = await send(open6.port, 'x');
  await readable(open6.socket);
  expect(peekSender(open6.socket)).toEqual({ address: '127.0.0.1', port: from });
});

test('an error that an ICMP answer left on the socket is passed over, and does not end the watch', async () => {
  const { socket, port } = receiver('inet', '127.0.0.1');
  const partner = await bound(0);
  const partnerPort = partner.address().port;
  partner.close();
  await once(partner, 'close');
  // What a server that connects the socket it was handed leaves behind: the refusal of its last answer.
  const script = `use Socket; open(S, '+<&=', 0); connect(S, sockaddr_in(${partnerPort}, INADDR_LOOPBACK)); send(S, 'x', 0) or die`;
  const server = spawnSync('perl', ['-e', script], { stdio: [socket, 'ignore', 'inherit'] });
  expect(server.status).toBe(0);

  const seen: (Peer | undefined)[] = [];
  let wake = (): void => undefined;
  const watch = watchReadable(socket, () => {
    seen.push(peekSender(socket));
    if (seen.at(-1) !== undefined) watch.stop();
    wake();
  });
  const called = new Promise<void>((resolve) => {
    wake = resolve;
  });
  watch.start();
  await called;
  expect(seen).toEqual([undefined]);

  const answered = new Promise<void>((resolve) => {
    wake = resolve;
  });
  (await bound(partnerPort)).send('x', port, '127.0.0.1');
  await answered;
  watch.close();
  expect(seen.at(-1)).toEqual({ address: '127.0.0.1', port: partnerPort });
});

test('peeking at something that is no socket is an error', () => {
  const file = openNull();
  open.push(file);
  expect(() => peekSender(file)).toThrow(expect.objectContaining({ code: 'ENOTSOCK', syscall: 'recvfrom' }));
});

test('a Unix datagram pair delivers, and a full queue is said so and not an error', () => {
  const [reader, writer] = socketPair('dgram');
  open.push(reader, writer);
  let sent = 0;
  while (sendDatagram(writer, Buffer.from(`message ${sent}`)) === 'sent') sent++;
  expect(sent).toBeGreaterThan(0);
  const buffer = Buffer.alloc(64);
  expect(buffer.toString('utf8', 0, receiveDescriptors(reader, buffer)?.length)).toBe('message 0');
  expect(sendDatagram(writer, Buffer.from('room again'))).toBe('sent');
});

test('a Unix datagram socket that nobody has is ENOENT, and one whose owner went is ECONNREFUSED', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kinetd-os-'));
  try {
    expect(() => connectUnixDatagram(join(folder, 'log'))).toThrow(
      expect.objectContaining({ code: 'ENOENT', syscall: 'connect' }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
  const [reader, writer] = socketPair('dgram');
  open.push(writer);
  closeDescriptor(reader);
  expect(() => sendDatagram(writer, Buffer.from('x'))).toThrow(expect.objectContaining({ code: 'ECONNREFUSED' }));
});

test('a Unix datagram socket reaches the one bound to its path', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kinetd-os-'));
  const path = join(folder, 'log');
  const script = `use Socket; socket(S, PF_UNIX, SOCK_DGRAM, 0); bind(S, sockaddr_un('${path}')) or die;
    $| = 1; print "bound"; recv(S, $text, 1000, 0); print $text`;
  const log = spawn('perl', ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await once(log.stdout, 'data');
    const socket = connectUnixDatagram(path);
    open.push(socket);
    expect(sendDatagram(socket, Buffer.from('<30>a line'))).toBe('sent');
    expect(String((await once(log.stdout, 'data'))[0])).toBe('<30>a line');
  } finally {
    log.kill();
    rmSync(folder, { recursive: true });
  }
});
