import { expect, test } from 'vitest';

import { printable } from '../../../src/log/printable.ts';

test('text without control characters is left alone', () => {
  expect(printable('START: dæmon ✓')).toBe('START: dæmon ✓');
});

test('no text can begin a second line or steer a terminal', () => {
  expect(printable('a\nFAIL: b\r\u001b[31m\u0085\u2028\u202e')).toBe('a\\x0aFAIL: b\\x0d\\x1b[31m\\x85\\x2028\\x202e');
});
