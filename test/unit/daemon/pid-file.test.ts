import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { PidFile } from '../../../src/daemon/pid-file.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kinetd-pid-'));
  path = join(folder, 'pid');
});

afterEach(() => rmSync(folder, { recursive: true }));

test('it holds the pid and a newline and is gone afterwards', () => {
  const file = new PidFile(path);
  expect(readFileSync(path, 'latin1')).toBe(`${process.pid}\n`);
  expect(statSync(path).mode & 0o022).toBe(0);
  file.remove();
  expect(existsSync(path)).toBe(false);
});

test('a link that stands there is replaced, not followed', () => {
  const victim = join(folder, 'victim');
  writeFileSync(victim, 'precious');
  symlinkSync(victim, path);
  new PidFile(path);
  expect(readFileSync(victim, 'latin1')).toBe('precious');
  expect(readFileSync(path, 'latin1')).toBe(`${process.pid}\n`);
});

test('a file that another daemon has written since is left alone', () => {
  const file = new PidFile(path);
  writeFileSync(path, '1\n');
  file.remove();
  expect(existsSync(path)).toBe(true);
});

test('a folder that is not there is an error', () => {
  expect(() => new PidFile(join(folder, 'missing', 'pid'))).toThrow(/ENOENT/);
});
