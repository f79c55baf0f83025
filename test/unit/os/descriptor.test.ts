/** Descriptors: passing them, blocking mode, and that each is close-on-exec. */
import { fstatSync, readdirSync, readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';

import {
  asDescriptor,
  closeDescriptor,
  type Descriptor,
  duplicateOnto,
  openNull,
  openSocket,
  receiveDescriptors,
  sendDescriptors,
  setBlocking,
  socketPair,
} from '../../../src/os/mod.ts';

const open = new Set<Descriptor>();
afterEach(() => {
  for (const descriptor of open) closeDescriptor(descriptor);
  open.clear();
});

function kept<T extends readonly Descriptor[]>(descriptors: T): T {
  for (const descriptor of descriptors) open.add(descriptor);
  return descriptors;
}

function flags(descriptor: Descriptor): { nonBlocking: boolean; closeOnExec: boolean } {
  const bits = Number.parseInt(
    /flags:\s*(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))?.[1] ?? '',
    8,
  );
  return { nonBlocking: (bits & 0o4000) !== 0, closeOnExec: (bits & 0o2000000) !== 0 };
}

test('every descriptor is close-on-exec from birth, and blocking as asked', () => {
  const blocking = { closeOnExec: true, nonBlocking: false };
  const [null_] = kept([openNull()]);
  expect(flags(null_)).toEqual(blocking);
  for (const nonBlocking of [true, false]) {
    const [socket] = kept([openSocket({ family: 'inet', type: 'dgram', protocol: 0, nonBlocking })]);
    expect(flags(socket)).toEqual({ closeOnExec: true, nonBlocking });
    for (const end of kept(socketPair('seqpacket', nonBlocking)))
      expect(flags(end)).toEqual({ closeOnExec: true, nonBlocking });
  }
});

test('a passed descriptor is the same open file, close-on-exec, and comes with its message', () => {
  const [a, b] = kept(socketPair('seqpacket'));
  const [left, right] = kept(socketPair('stream'));
  expect(sendDescriptors(a, Buffer.from('hello'), [left, right])).toBe(5);
  const buffer = Buffer.alloc(16);
  const message = receiveDescriptors(b, buffer);
  kept(message?.descriptors ?? []);
  expect(buffer.toString('utf8', 0, message?.length)).toBe('hello');
  expect(message?.descriptors.map((descriptor) => fstatSync(descriptor).ino)).toEqual([
    fstatSync(left).ino,
    fstatSync(right).ino,
  ]);
  for (const descriptor of message?.descriptors ?? []) expect(flags(descriptor).closeOnExec).toBe(true);
});

test('messages keep their boundaries and need no descriptors', () => {
  const [a, b] = kept(socketPair('seqpacket'));
  for (const text of ['one', 'two']) sendDescriptors(a, Buffer.from(text), []);
  const buffer = Buffer.alloc(16);
  for (let i = 0; i < 2; i++) expect(receiveDescriptors(b, buffer)).toEqual({ length: 3, descriptors: [] });
  expect(receiveDescriptors(b, buffer)).toBeUndefined();
});

test('the end of the connection is a length of 0', () => {
  const [a, b] = socketPair('seqpacket');
  kept([b]);
  closeDescriptor(a);
  expect(receiveDescriptors(b, Buffer.alloc(4))).toEqual({ length: 0, descriptors: [] });
  expect(() => sendDescriptors(b, Buffer.from('x'), [])).toThrow(expect.objectContaining({ code: 'EPIPE' }));
});

test('no room is undefined, and nothing was sent', () => {
  const [a, b] = kept(socketPair('seqpacket'));
  const full = Buffer.alloc(4096);
  let sent = 0;
  while (sendDescriptors(a, full, []) !== undefined) sent++;
  expect(sent).toBeGreaterThan(0);
  for (let i = 0; i < sent; i++) expect(receiveDescriptors(b, full)?.length).toBe(4096);
  expect(receiveDescriptors(b, full)).toBeUndefined();
});

test('a message longer than the buffer is EMSGSIZE and leaks no descriptor', () => {
  const [a, b] = kept(socketPair('seqpacket'));
  sendDescriptors(a, Buffer.from('too long'), [a, b]);
  const before = readdirSync('/proc/self/fd').length;
  expect(() => receiveDescriptors(b, Buffer.alloc(3))).toThrow(expect.objectContaining({ code: 'EMSGSIZE' }));
  expect(readdirSync('/proc/self/fd').length).toBe(before);
});

test('more descriptors than the kernel passes at once are refused', () => {
  const [a] = kept(socketPair('seqpacket'));
  const many = Array.from({ length: 254 }, () => a);
  expect(() => sendDescriptors(a, Buffer.from('x'), many)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
});

test('blocking mode can be changed and belongs to the open file', () => {
  const [a, b] = kept(socketPair('stream'));
  setBlocking(a, true);
  expect([flags(a).nonBlocking, flags(b).nonBlocking]).toEqual([false, true]);
  setBlocking(a, false);
  expect(flags(a).nonBlocking).toBe(true);
});

test('a duplicate takes the number asked for and is not close-on-exec, also onto itself', () => {
  const [a] = kept(socketPair('stream'));
  const [target] = kept([openNull()]);
  duplicateOnto(a, target);
  expect(fstatSync(target).ino).toBe(fstatSync(a).ino);
  expect(flags(target).closeOnExec).toBe(false);
  duplicateOnto(a, a);
  expect(flags(a).closeOnExec).toBe(false);
});

test('what is no descriptor is refused', () => {
  for (const number of [-1, 1.5, Number.NaN]) expect(() => asDescriptor(number)).toThrow(RangeError);
  expect(() => closeDescriptor(asDescriptor(1_000_000))).toThrow(
    expect.objectContaining({ code: 'EBADF', syscall: 'close' }),
  );
});
