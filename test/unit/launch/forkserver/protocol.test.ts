/** What a fork server may say, and what it is asked. */
import fc from 'fast-check';
import { expect, test } from 'vitest';

import {
  environmentBytes,
  longestRequest,
  readMessage,
  requestBytes,
} from '../../../../src/launch/forkserver/protocol.ts';

function bytes(...parts: readonly (string | readonly number[])[]): Uint8Array {
  return Buffer.concat(parts.map((part) => Buffer.from(typeof part === 'string' ? part : Uint8Array.from(part))));
}

test.each([
  ['F/usr/lib/libc.so.6', { kind: 'file', path: '/usr/lib/libc.so.6' }],
  ['R', { kind: 'ready' }],
  ['Xtwo threads', { kind: 'refused', reason: 'two threads' }],
])('%s', (text, message) => {
  expect(readMessage(bytes(text))).toEqual(message);
});

test('numbers are little endian', () => {
  expect(readMessage(bytes('S', [1, 2, 0, 0]))).toEqual({ kind: 'started', id: 513 });
  expect(readMessage(bytes('E', [255, 255, 255, 255], [11, 0, 0, 0]))).toEqual({
    kind: 'failed',
    id: 0xffffffff,
    errno: 11,
  });
});

test.each(['', 'S', 'S123', 'S12345', 'E1234567', 'Ready', 'Frelative', 'F', 'F/a\0b', 'Q', 's1234'])(
  'nothing is made of %j',
  (text) => {
    expect(readMessage(bytes(text))).toBeUndefined();
  },
);

test('a path that is no UTF-8 is nothing to look at, and no offence', () => {
  expect(readMessage(bytes('F/', [0xff]))).toEqual({ kind: 'file', path: '' });
});

test('no message throws', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (message) => void readMessage(message)));
});

test('a request is its number and the variables, each closed by NUL', () => {
  const request = requestBytes(258, environmentBytes(['A=1', 'B=']), ['C=3']);
  expect(Buffer.from(request ?? []).toString('latin1')).toBe('\x02\x01\0\0A=1\0B=\0C=3\0');
});

test('an environment that no message holds is none', () => {
  expect(requestBytes(1, environmentBytes([`A=${'x'.repeat(longestRequest)}`]), [])).toBeUndefined();
});
