/** Banners as files: when they are read, what is told, and what somebody else cannot make of them. */
import { chmodSync, linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { BannerFiles, largestBanner } from '../../../src/daemon/banner-files.ts';

let folder: string;
let now: number;
let said: string[];
let files: BannerFiles;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kinetd-banner-'));
  now = 1_000_000;
  said = [];
  files = new BannerFiles(() => now, {
    write: (level, message) => void said.push(`${level}: ${message}`),
    reopen() {},
  });
});

afterEach(() => rmSync(folder, { recursive: true }));

function textOf(path: string): string | undefined {
  const bytes = files.bytesOf(path, 's');
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('latin1');
}

test('a file is read anew after a second, after forget, and when the clock is set back', () => {
  const path = join(folder, 'banner');
  const write = (text: string): void => writeFileSync(path, text);
  write('one');
  expect(textOf(path)).toBe('one');
  write('two');
  now += 999;
  expect(textOf(path)).toBe('one');
  now += 1;
  expect(textOf(path)).toBe('two');
  write('three');
  now -= 5000;
  expect(textOf(path)).toBe('three');
  write('four');
  files.forget();
  expect(textOf(path)).toBe('four');
});

test('what cannot be read is told once a minute', () => {
  const path = join(folder, 'banner');
  const wanted = `ERROR: service = s, open of banner ${path} failed: ENOENT: no such file or directory, open '${path}'`;
  expect(textOf(path)).toBe(undefined);
  for (let second = 0; second < 59; second++) {
    now += 1000;
    expect(textOf(path)).toBe(undefined);
  }
  expect(said).toEqual([wanted]);
  now += 1000;
  expect(textOf(path)).toBe(undefined);
  expect(said).toEqual([wanted, wanted]);
});

test('the beginning of a large file, and nothing of what is no file', () => {
  const path = join(folder, 'banner');
  writeFileSync(path, Buffer.alloc(largestBanner + 1));
  expect(files.bytesOf(path, 's')?.length).toBe(largestBanner);
  for (const other of [folder, '/dev/zero', '/dev/tty']) expect(textOf(other)).toBe(undefined);
  expect(said[1]).toContain('/dev/zero failed: EINVAL: not a regular file');
});

test('a second name of a file, where others can make one, is not read', () => {
  const secret = join(folder, 'secret');
  writeFileSync(secret, 'secret');
  const open = join(folder, 'open');
  mkdirSync(open);
  linkSync(secret, join(open, 'banner'));
  expect(textOf(join(open, 'banner'))).toBe('secret');
  chmodSync(open, 0o777);
  files.forget();
  expect(textOf(join(open, 'banner'))).toBe(undefined);
});
