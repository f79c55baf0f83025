/** Writing to an inherited output never waits, and leaves it as it is for those who share it. */
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import {
  asDescriptor,
  closeDescriptor,
  type Descriptor,
  openPipe,
  readPipe,
  socketPair,
  type WriteNow,
  writerWithoutWaiting,
} from '../../../src/os/mod.ts';
import { testFolder } from '../../daemon/kinetd.ts';

/** How many bytes it takes until it would wait. */
function fill(write: WriteNow): number {
  const bytes = Buffer.alloc(8192, 'x');
  for (let all = 0; ; ) {
    try {
      all += write(bytes);
    } catch (error) {
      expect(error).toMatchObject({ code: 'EAGAIN' });
      return all;
    }
  }
}

function blocks(descriptor: Descriptor): boolean {
  const [, flags = ''] = /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1')) ?? [];
  return (Number.parseInt(flags, 8) & 0o4000) === 0;
}

test('a pipe that nobody reads, which waits for others as before', () => {
  const { read, write } = openPipe();
  const put = writerWithoutWaiting(write);
  expect(fill(put)).toBeGreaterThan(4096);
  expect(blocks(write)).toBe(true);
  const buffer = new Uint8Array(65_536);
  expect(readPipe(read, buffer)).toBeGreaterThan(4096);
  expect(put(Buffer.from('x'))).toBe(1);
  closeDescriptor(read);
  closeDescriptor(write);
});

test('a socket that nobody reads, whoever has made it wait', () => {
  const [read, write] = socketPair('stream', false);
  expect(fill(writerWithoutWaiting(write))).toBeGreaterThan(4096);
  closeDescriptor(read);
  closeDescriptor(write);
});

test('a file goes on where it is', () => {
  const path = join(testFolder(), 'file');
  const file = openSync(path, 'w');
  onTestFinished(() => closeSync(file));
  for (const word of ['one ', 'two']) writerWithoutWaiting(asDescriptor(file))(Buffer.from(word));
  expect(readFileSync(path, 'latin1')).toBe('one two');
});
