/** The client against a portmapper of our own making. */
import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';

import { expect, onTestFinished, test } from 'vitest';

import { Portmapper } from '../../../src/portmap/mod.ts';

const mapping = { program: 100_001, version: 3, protocol: 17, port: 4711 };

type Respond = (call: Buffer, reply: (...datagrams: readonly Buffer[]) => void, from: RemoteInfo) => void;

/** A client whose portmapper does this with each call. */
async function portmapper(respond: Respond, patienceMilliseconds = 20_000): Promise<Portmapper> {
  const socket = createSocket('udp4');
  onTestFinished(() => void socket.close());
  socket.on('message', (call, from) => {
    respond(
      call,
      (...datagrams) => {
        for (const datagram of datagrams) socket.send(datagram, from.port, from.address);
      },
      from,
    );
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return new Portmapper({ port: socket.address().port, patienceMilliseconds, repeatMilliseconds: 50 });
}

function words(...values: readonly (number | undefined)[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value ?? 0, index * 4);
  return bytes;
}

const accepted = (call: Buffer, ...more: readonly number[]): Buffer => words(call.readUInt32BE(0), 1, 0, 0, 0, ...more);

test('a call has the words of RFC 5531 and RFC 1833', async () => {
  let seen: Buffer | undefined;
  const client = await portmapper((call, reply) => {
    seen = call;
    reply(accepted(call, 0, 1));
  });
  expect(await client.ask('set', mapping)).toBe('done');
  expect(seen?.subarray(4)).toEqual(words(0, 2, 100_000, 2, 1, 0, 0, 0, 0, 100_001, 3, 17, 4711));
  await client.ask('unset', mapping);
  expect(seen?.readUInt32BE(20)).toBe(2);
});

test('what is not done, not understood or denied', async () => {
  const answers: ((call: Buffer) => Buffer)[] = [
    (call) => accepted(call, 0, 0),
    (call) => accepted(call, 3),
    (call) => words(call.readUInt32BE(0), 1, 1, 1, 5),
    (call) => words(call.readUInt32BE(0), 1, 0, 1, 5, 0x61626364, 0x65000000, 0, 1),
  ];
  const client = await portmapper((call, reply) => reply(answers.shift()?.(call) ?? call));
  expect([
    await client.ask('set', mapping),
    await client.ask('set', mapping),
    await client.ask('set', mapping),
  ]).toEqual(['not done', 'refused', 'refused']);
  expect(await client.ask('set', mapping)).toBe('done');
});

test('what is no answer to the call is passed over', async () => {
  const client = await portmapper((call, reply) => {
    const stale = accepted(call, 0, 0);
    stale.writeUInt32BE((call.readUInt32BE(0) + 1) % 2 ** 32, 0);
    reply(
      stale,
      Buffer.alloc(0),
      Buffer.alloc(5, 1),
      call,
      accepted(call),
      accepted(call, 0),
      accepted(call, 0, 7),
      words(call.readUInt32BE(0), 1, 0, 0, 0xffffffff, 0, 1),
      Buffer.alloc(5000, 255),
      accepted(call, 0, 1),
    );
  });
  expect(await client.ask('set', mapping)).toBe('done');
});

test('a call that gets lost is sent again', async () => {
  let calls = 0;
  const client = await portmapper((call, reply) => {
    calls++;
    if (calls === 2) reply(accepted(call, 0, 1));
  });
  expect(await client.ask('set', mapping)).toBe('done');
});

test('calls are made one after the other', async () => {
  const ports: number[] = [];
  const client = await portmapper((call, reply) => {
    ports.push(call.readUInt32BE(52));
    reply(accepted(call, 0, 1));
  });
  await Promise.all([1, 2, 3].map((port) => client.ask('set', { ...mapping, port })));
  expect(ports).toEqual([1, 2, 3]);
});

test('one that is silent, and one that is not there', async () => {
  const silent = await portmapper(() => {}, 100);
  expect(await silent.ask('set', mapping)).toEqual({ trouble: 'no answer in 0.1 seconds' });
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  const absent = new Portmapper({ port, patienceMilliseconds: 20_000, repeatMilliseconds: 50 });
  expect(await absent.ask('set', mapping)).toEqual({ trouble: expect.stringMatching(/Connection refused$/) });
});
