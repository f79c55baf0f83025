/** Files that the daemon writes, and what others may have put in their way. */
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { makeFile, openLog, removeFile, replaceFile } from '../../../src/os/mod.ts';
import { isRoot } from '../../daemon/kinetd.ts';

const somebody = 12_345;
let folder: string;
let victim: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kinetd-file-'));
  victim = join(folder, 'victim');
  writeFileSync(victim, 'precious');
});

afterEach(() => rmSync(folder, { recursive: true }));

/** A directory in which others can make files. */
function open(mode: number): string {
  const path = join(folder, 'open');
  mkdirSync(path);
  chmodSync(path, mode);
  return path;
}

function append(path: string): void {
  const descriptor = openLog(path);
  writeSync(descriptor, 'line');
  closeSync(descriptor);
}

function linkOfSomebody(target: string, path: string): void {
  symlinkSync(target, path);
  lchownSync(path, somebody, somebody);
}

test('a log is made, then appended to', () => {
  const path = join(folder, 'log');
  append(path);
  append(path);
  expect(readFileSync(path, 'latin1')).toBe('lineline');
  expect(statSync(path).mode & 0o777).toBe(0o644 & ~process.umask());
});

test('links of the administrator are followed: absolute, relative, through .., and to a file that is not there yet', () => {
  const real = join(folder, 'real');
  mkdirSync(join(real, 'deep'), { recursive: true });
  symlinkSync(real, join(folder, 'absolute'));
  symlinkSync('absolute/deep/..', join(folder, 'relative'));
  symlinkSync('../real/new', join(real, 'link'));
  append(join(folder, 'relative/link'));
  expect(readFileSync(join(real, 'new'), 'latin1')).toBe('line');
});

test("the kernel's own links to open files work: /dev/stdout, /proc/self/fd", () => {
  const path = join(folder, 'log');
  const descriptor = openLog(path);
  append(`/proc/self/fd/${descriptor}`);
  append(`/dev/fd/${descriptor}`);
  closeSync(descriptor);
  expect(readFileSync(path, 'latin1')).toBe('lineline');
});

test('what cannot be has the message of the system', () => {
  symlinkSync('loop', join(folder, 'loop'));
  expect(() => openLog(join(folder, 'loop'))).toThrow(/^ELOOP/);
  expect(() => openLog(join(folder, 'absent/log'))).toThrow(
    /^ENOENT: no such file or directory, open '.*absent\/log'$/,
  );
  expect(() => openLog(join(victim, 'log'))).toThrow(/^ENOTDIR/);
  for (const path of [folder, '/', `${folder}/..`]) expect(() => openLog(path)).toThrow(/^EISDIR/);
});

test('a file is replaced as a whole, and a link in its place is not followed', () => {
  const path = join(folder, 'dump');
  symlinkSync(victim, path);
  replaceFile(path, 'one', 0o600);
  replaceFile(path, 'two', 0o600);
  expect(readFileSync(path, 'latin1')).toBe('two');
  expect(lstatSync(path).isFile()).toBe(true);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readFileSync(victim, 'latin1')).toBe('precious');
  expect(readdirSync(folder).sort()).toEqual(['dump', 'victim']);
});

test('a file is removed when it holds the text, and only then', () => {
  const path = join(folder, 'pid');
  makeFile(path, '12\n', 0o644);
  for (const text of ['1', '12', '12\n3', '']) removeFile(path, text);
  expect(existsSync(path)).toBe(true);
  removeFile(path, '12\n');
  expect(existsSync(path)).toBe(false);
  removeFile(path, '12\n');
});

describe.each([0o1777, 0o777, 0o775])('in a directory of mode %o', (mode) => {
  test('a log is made and opened again', () => {
    const path = join(open(mode), 'log');
    append(path);
    append(path);
    expect(readFileSync(path, 'latin1')).toBe('lineline');
  });

  test.skipIf(!isRoot)('a link of somebody else is not followed, neither as the file nor on the way to it', () => {
    const shared = open(mode);
    linkOfSomebody(victim, join(shared, 'log'));
    linkOfSomebody(folder, join(shared, 'way'));
    for (const path of ['log', 'way/new']) {
      expect(() => openLog(join(shared, path))).toThrow(
        /^EPERM: a symbolic link of user 12345 in a directory that others can write is not followed, open '/,
      );
    }
    expect(readFileSync(victim, 'latin1')).toBe('precious');
    expect(existsSync(join(folder, 'new'))).toBe(false);
  });

  test.skipIf(!isRoot)('a file of somebody else is not written to', () => {
    const path = join(open(mode), 'log');
    writeFileSync(path, '');
    chownSync(path, somebody, somebody);
    // The kernel may refuse it first: fs.protected_regular.
    expect(() => openLog(path)).toThrow(/^EPERM: the file belongs to user 12345|^EACCES/);
    expect(readFileSync(path, 'latin1')).toBe('');
  });

  test('a second name of a file is not written to', () => {
    const path = join(open(mode), 'log');
    linkSync(victim, path);
    expect(() => openLog(path)).toThrow(/^EPERM: the file has a second name/);
    expect(readFileSync(victim, 'latin1')).toBe('precious');
  });

  test.skipIf(!isRoot)('what somebody has put in the place of a pid file is removed, not written to', () => {
    const path = join(open(mode), 'pid');
    linkOfSomebody(victim, path);
    makeFile(path, '12\n', 0o644);
    expect(lstatSync(path).isFile()).toBe(true);
    expect(readFileSync(victim, 'latin1')).toBe('precious');
  });
});

test.skipIf(!isRoot)('in a directory of somebody else a log is made, and nothing of his is followed', () => {
  const theirs = open(0o755);
  chownSync(theirs, somebody, somebody);
  append(join(theirs, 'log'));
  linkOfSomebody(victim, join(theirs, 'link'));
  expect(() => openLog(join(theirs, 'link'))).toThrow(/^EPERM/);
});

test('a dump is not left where others could put another in its place, but may be in /tmp', () => {
  expect(() => replaceFile(join(open(0o777), 'dump'), 'x', 0o600)).toThrow(/^EPERM: others can write the directory/);
  chmodSync(join(folder, 'open'), 0o1777);
  replaceFile(join(folder, 'open', 'dump'), 'x', 0o600);
  expect(readFileSync(join(folder, 'open', 'dump'), 'latin1')).toBe('x');
});
