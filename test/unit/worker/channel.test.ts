/** The socket pair between daemon and worker: order, bounds, back-pressure, and that no descriptor is lost. */
import { readdirSync } from 'node:fs';

import { expect, test } from 'vitest';

import { asDescriptor, closeDescriptor, type Descriptor, openNull, socketPair } from '../../../src/os/mod.ts';
import { Channel } from '../../../src/worker/channel.ts';
import { mostTogether } from '../../../src/worker/protocol.ts';
import { until } from '../../daemon/until.ts';

interface End {
  readonly channel: Channel;
  readonly heard: unknown[];
  readonly sizes: number[];
  readonly descriptors: Descriptor[];
  closed: number;
  retries: number;
}

function end(descriptor: Descriptor): End {
  const state = {
    heard: [] as unknown[],
    sizes: [] as number[],
    descriptors: [] as Descriptor[],
    closed: 0,
    retries: 0,
  };
  const channel = new Channel(descriptor, {
    onMessage(message, descriptors) {
      const values: unknown = JSON.parse(Buffer.from(message).toString());
      if (!Array.isArray(values)) throw new Error('no list');
      state.sizes.push(values.length);
      state.heard.push(...values);
      state.descriptors.push(...descriptors);
    },
    onClosed: () => {
      state.closed++;
    },
    later(job) {
      state.retries++;
      setTimeout(job, 1);
    },
  });
  return Object.assign(state, { channel });
}

function pair(): readonly [End, End] {
  const [a, b] = socketPair('seqpacket');
  return [end(a), end(b)];
}

function openCount(): number {
  return readdirSync('/proc/self/fd').length;
}

test('what is sent in one turn is one message, in order', async () => {
  const [daemon, worker] = pair();
  for (let n = 0; n < 3; n++) daemon.channel.send({ n });
  await until(() => (worker.heard.length === 3 ? true : undefined));
  expect(worker.heard).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }]);
  expect(worker.sizes).toEqual([3]);
  daemon.channel.close();
  await until(() => (worker.closed === 1 ? true : undefined));
});

test('a reader who is slow gets everything, later, and loses no descriptor', async () => {
  const before = openCount();
  const [ours, theirs] = socketPair('seqpacket');
  const daemon = end(ours);
  let sent = 0;
  const total = 1000;
  const padding = 'x'.repeat(4000);
  for (let n = 0; n < total; n++) {
    const descriptor = openNull();
    daemon.channel.send({ n, padding }, descriptor, () => {
      closeDescriptor(descriptor);
      sent++;
    });
  }
  // Nobody reads yet: the kernel takes a part, and the rest waits.
  await until(() => (daemon.retries > 3 ? true : undefined));
  expect(sent).toBeGreaterThan(0);
  expect(sent).toBeLessThan(total);
  const worker = end(theirs);
  await until(() => (worker.heard.length === total ? true : undefined));
  expect(worker.heard.map((value) => (value as { n: number }).n)).toEqual(Array.from({ length: total }, (_, n) => n));
  expect(worker.descriptors).toHaveLength(total);
  expect(Math.max(...worker.sizes)).toBeLessThanOrEqual(mostTogether);
  expect(sent).toBe(total);
  for (const descriptor of worker.descriptors) closeDescriptor(descriptor);
  daemon.channel.close();
  worker.channel.close();
  expect(openCount()).toBe(before);
});

test('what waits can be taken back, and is gone when the channel closes', async () => {
  const [ours, theirs] = socketPair('seqpacket');
  const daemon = end(ours);
  let sent = 0;
  const cancels = Array.from({ length: 300 }, (_, n) =>
    daemon.channel.send({ n, padding: 'x'.repeat(10_000) }, undefined, () => sent++),
  );
  await until(() => (daemon.retries > 0 ? true : undefined));
  const taken = sent;
  for (const cancel of cancels.slice(100)) cancel();
  expect(taken).toBeLessThan(100);
  const worker = end(theirs);
  await until(() => (worker.heard.length === 100 ? true : undefined));
  daemon.channel.send({ n: 'never' }, undefined, () => sent++);
  daemon.channel.close();
  await until(() => (worker.closed === 1 ? true : undefined));
  expect([worker.heard.length, sent]).toEqual([100, 100]);
});

test('whoever sends after the other has gone is told once', async () => {
  const [daemon, worker] = pair();
  worker.channel.close();
  daemon.channel.send({ n: 1 });
  daemon.channel.send({ n: 2 });
  await until(() => (daemon.closed > 0 ? true : undefined));
  daemon.channel.send({ n: 3 });
  await new Promise((resolve) => setImmediate(resolve));
  expect(daemon.closed).toBe(1);
});

test('a message that is longer than any that a channel sends closes it', async () => {
  const [ours, theirs] = socketPair('seqpacket');
  const daemon = end(ours);
  const { sendDescriptors } = await import('../../../src/os/mod.ts');
  sendDescriptors(theirs, new Uint8Array(100_000), []);
  await until(() => (daemon.closed === 1 ? true : undefined));
  closeDescriptor(asDescriptor(theirs));
});
