/** Stamps of files: what counts as a change. */
import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { FileStamp } from '../../../src/os/mod.ts';
import { testFolder } from '../../daemon/kinetd.ts';

function stamped(name = 'file') {
  const path = join(testFolder(), name);
  return { path, stamp: new FileStamp(path) };
}

test('a file that is made, written to, replaced or removed is another; one that is left alone is not', () => {
  const { path, stamp } = stamped();
  expect([stamp.refresh(), stamp.exists, stamp.modified]).toEqual([false, false, 0]);
  writeFileSync(path, 'a');
  utimesSync(path, 1000, 1000.25);
  expect([stamp.refresh(), stamp.exists, stamp.modified]).toEqual([true, true, 1_000_250]);
  expect(stamp.refresh()).toBe(false);
  writeFileSync(path, 'bc');
  expect(stamp.refresh()).toBe(true);
  writeFileSync(`${path}.new`, 'bc');
  renameSync(`${path}.new`, path);
  expect([stamp.refresh(), stamp.refresh()]).toEqual([true, false]);
  rmSync(path);
  expect([stamp.refresh(), stamp.exists, stamp.refresh()]).toEqual([true, false, false]);
});

test('a link is as what it leads to', () => {
  const { path, stamp } = stamped();
  symlinkSync('elsewhere', path);
  expect(stamp.refresh()).toBe(false);
  writeFileSync(join(path, '../elsewhere'), '');
  expect(stamp.refresh()).toBe(true);
});

test('a directory on the way that is none, and a loop of links', () => {
  const folder = testFolder();
  mkdirSync(join(folder, 'd'));
  writeFileSync(join(folder, 'd/f'), '');
  expect(new FileStamp(join(folder, 'd/f/g')).refresh()).toBe(false);
  symlinkSync('loop', join(folder, 'loop'));
  expect(() => new FileStamp(join(folder, 'loop')).refresh()).toThrow(
    expect.objectContaining({ code: 'ELOOP', message: expect.stringContaining(join(folder, 'loop')) }),
  );
});
