/** receiveLine: what there is of a line, and what is behind it stays for whoever reads next. */
import { readSync, writeSync } from 'node:fs';

import { expect, test } from 'vitest';

import { closeDescriptor, receiveLine, socketPair } from '../../../src/os/mod.ts';

test('reads up to the newline and leaves the rest', () => {
  const [client, server] = socketPair('stream');
  const buffer = Buffer.alloc(8);
  expect(receiveLine(server, buffer)).toBeUndefined();
  writeSync(client, 'one\ntwo\nthr');
  expect(buffer.toString('latin1', 0, receiveLine(server, buffer))).toBe('one\n');
  const rest = Buffer.alloc(20);
  expect(rest.toString('latin1', 0, readSync(server, rest, 0, 2, null))).toBe('tw');
  expect(buffer.toString('latin1', 0, receiveLine(server, buffer))).toBe('o\n');
  expect(buffer.toString('latin1', 0, receiveLine(server, buffer))).toBe('thr');
  writeSync(client, 'longer than the buffer\n');
  expect(buffer.toString('latin1', 0, receiveLine(server, buffer))).toBe('longer t');
  closeDescriptor(client);
  for (const text of ['han the ', 'buffer\n']) {
    expect(buffer.toString('latin1', 0, receiveLine(server, buffer))).toBe(text);
  }
  expect(receiveLine(server, buffer)).toBe(0);
  closeDescriptor(server);
});
