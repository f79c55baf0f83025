import { expect, test } from 'vitest';

import { sourceFile } from '../../../src/config/source/mod.ts';
import { readXinetd, type XinetdReading } from '../../../src/config/xinetd/mod.ts';
import { memoryFiles } from './memory-files.ts';

function read(value: string): XinetdReading {
  return readXinetd([sourceFile('/x', `service s\n{\n\tqueue = ${value}\n}\n`)], memoryFiles({}));
}

test.each([
  ['100 30', { places: 100, seconds: 30 }],
  ['100000 2147483', { places: 100_000, seconds: 2_147_483 }],
  ['0 0', { places: 0, seconds: 0 }],
  ['1 1 # one', { places: 1, seconds: 1 }],
])('queue = %s', (text, queue) => {
  const { definitions, diagnostics } = read(text);
  expect(diagnostics).toEqual([]);
  expect(definitions[0]?.settings).toEqual({ queue });
});

test.each([
  ['100', 'wrong-value-count'],
  ['1 2 3', 'wrong-value-count'],
  ['100001 1', 'bad-number'],
  ['1 0', 'bad-number'],
  ['1 2147484', 'bad-number'],
  ['-1 5', 'bad-number'],
  ['5 x', 'bad-number'],
])('queue = %s is an error', (text, code) => {
  expect(read(text).diagnostics).toMatchObject([{ code, severity: 'error' }]);
});
