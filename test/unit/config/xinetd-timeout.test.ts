import { expect, test } from 'vitest';

import { sourceFile } from '../../../src/config/source/mod.ts';
import { readXinetd, type XinetdReading } from '../../../src/config/xinetd/mod.ts';
import { memoryFiles } from './memory-files.ts';

function read(value: string): XinetdReading {
  return readXinetd([sourceFile('/x', `service s\n{\n\ttimeout = ${value}\n}\n`)], memoryFiles({}));
}

test.each([
  ['60', { seconds: 60, graceSeconds: 5 }],
  ['60 0', { seconds: 60, graceSeconds: 0 }],
  ['2147483 2147483', { seconds: 2_147_483, graceSeconds: 2_147_483 }],
  ['unlimited', 'UNLIMITED'],
])('timeout = %s', (text, timeout) => {
  const { definitions, diagnostics } = read(text);
  expect(diagnostics).toEqual([]);
  expect(definitions[0]?.settings).toEqual({ timeout });
});

test.each([
  ['0', 'bad-number'],
  ['-1', 'bad-number'],
  ['1m', 'bad-number'],
  ['2147484', 'bad-number'],
  ['60 x', 'bad-number'],
  ['60 5 5', 'wrong-value-count'],
  ['UNLIMITED 5', 'bad-number'],
])('timeout = %s is an error', (text, code) => {
  expect(read(text).diagnostics).toMatchObject([{ code, severity: 'error' }]);
});
