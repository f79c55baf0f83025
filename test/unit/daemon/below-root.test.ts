/** Paths as a server with another root directory sees them. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { belowRoot } from '../../../src/daemon/below-root.ts';

let root = '';

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'kinetd-root-'));
  mkdirSync(join(root, 'usr/bin'), { recursive: true });
  writeFileSync(join(root, 'usr/bin/box'), '');
  symlinkSync('usr/bin', join(root, 'bin'));
  symlinkSync('/usr/bin/box', join(root, 'usr/bin/sh'));
  symlinkSync('../../../../usr/bin/box', join(root, 'usr/bin/up'));
  symlinkSync('/etc/passwd', join(root, 'usr/bin/outside'));
  symlinkSync('round', join(root, 'round'));
});

afterAll(() => rmSync(root, { recursive: true }));

test.each([
  ['/usr/bin/box', '/usr/bin/box'],
  ['/bin/sh', '/usr/bin/box'],
  ['/bin/up', '/usr/bin/box'],
  ['//bin/./../bin//sh', '/usr/bin/box'],
  ['/../../..', ''],
])('%s is %s', (path, place) => {
  expect(belowRoot(root, path)).toBe(`${root}${place}`);
});

test.each([
  ['/bin/outside', 'ENOENT'],
  ['/nothing', 'ENOENT'],
  ['/usr/bin/box/x', 'ENOTDIR'],
  ['/round', 'ELOOP'],
])('%s: %s', (path, code) => {
  expect(() => belowRoot(root, path)).toThrow(expect.objectContaining({ code }));
});
