/** Watches: when they call back, when they never do, and what an exception in a callback does. */
import { closeSync, openSync, readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';

import {
  asDescriptor,
  closeDescriptor,
  type Descriptor,
  receiveDescriptors,
  sendDescriptors,
  socketPair,
  watchReadable,
} from '../../../src/os/mod.ts';
import { runFixture } from './fixture.ts';

const open: Descriptor[] = [];
afterEach(() => {
  for (const descriptor of open.splice(0)) closeDescriptor(descriptor);
});

function pair(nonBlocking: boolean = true): readonly [Descriptor, Descriptor] {
  const ends = socketPair('seqpacket', nonBlocking);
  open.push(...ends);
  return ends;
}

const byte = Buffer.from('x');
/** Two turns of the loop: whatever was ready has been reported. */
async function turns(): Promise<void> {
  for (let i = 0; i < 2; i++) await new Promise((resolve) => setImmediate(resolve));
}

test('a watch calls back in every turn while there is something to read, and not after', async () => {
  const [reader, writer] = pair();
  let calls = 0;
  const watch = watchReadable(reader, () => {
    calls++;
  });
  watch.start();
  await turns();
  expect(calls).toBe(0);
  sendDescriptors(writer, byte, []);
  while (calls < 3) await turns();
  receiveDescriptors(reader, Buffer.alloc(1));
  await turns();
  const read = calls;
  await turns();
  expect(calls).toBe(read);
  watch.close();
});

test('a watch that was not started, is stopped or is closed never calls back', async () => {
  const [reader, writer] = pair();
  let calls = 0;
  const watch = watchReadable(reader, () => {
    calls++;
  });
  sendDescriptors(writer, byte, []);
  await turns();
  watch.start();
  watch.stop();
  await turns();
  expect(calls).toBe(0);
  watch.start();
  while (calls === 0) await turns();
  const before = calls;
  watch.close();
  watch.close();
  watch.start();
  watch.stop();
  await turns();
  expect(calls).toBe(before);
});

test('a callback may stop or close its own watch, and another that is ready in the same turn', async () => {
  const ends = [pair(), pair(), pair()];
  const called: number[] = [];
  const watches = ends.map(([reader], index) =>
    watchReadable(reader, () => {
      called.push(index);
      for (const watch of watches) watch.close();
    }),
  );
  for (const [, writer] of ends) sendDescriptors(writer, byte, []);
  for (const watch of watches) watch.start();
  await turns();
  expect(called).toHaveLength(1);
});

test('promise jobs of a callback run before the next callback', async () => {
  const [reader, writer] = pair();
  const order: string[] = [];
  await new Promise<void>((resolve) => {
    const watch = watchReadable(reader, () => {
      order.push('callback');
      void Promise.resolve().then(() => order.push('job'));
      if (order.length < 3) return;
      watch.close();
      resolve();
    });
    watch.start();
    sendDescriptors(writer, byte, []);
  });
  expect(order).toEqual(['callback', 'job', 'callback', 'job']);
});

test('the end of the other side makes a watch call back', async () => {
  const [reader, writer] = socketPair('seqpacket');
  open.push(reader);
  const ended = new Promise<number | undefined>((resolve) => {
    const watch = watchReadable(reader, () => {
      watch.close();
      resolve(receiveDescriptors(reader, Buffer.alloc(1))?.length);
    });
    watch.start();
  });
  closeDescriptor(writer);
  expect(await ended).toBe(0);
});

test('a watched descriptor stays blocking, and stays open when its watch closes', () => {
  const [reader] = pair(false);
  watchReadable(reader, () => undefined).close();
  const bits = /flags:\s*(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${reader}`, 'utf8'))?.[1] ?? '';
  expect(Number.parseInt(bits, 8) & 0o4000).toBe(0);
});

test('a plain file, a closed descriptor and a second watch are refused', () => {
  const file = openSync('/etc/passwd', 'r');
  const [reader] = pair();
  const watch = watchReadable(reader, () => undefined);
  watch.start();
  try {
    expect(() => watchReadable(asDescriptor(file), () => undefined)).toThrow(
      expect.objectContaining({ code: 'EPERM' }),
    );
    expect(() => watchReadable(asDescriptor(1_000_000), () => undefined)).toThrow(
      expect.objectContaining({ code: 'EBADF' }),
    );
    expect(() => watchReadable(reader, () => undefined)).toThrow(expect.objectContaining({ code: 'EEXIST' }));
  } finally {
    watch.close();
    closeSync(file);
  }
});

test('an exception in a callback ends the process with a message', () => {
  const { status, stderr } = runFixture('throwing');
  expect(status).not.toBe(0);
  expect(stderr).toContain('thrown in a callback');
});
