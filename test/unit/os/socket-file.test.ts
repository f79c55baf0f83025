/** The file of a Unix socket: who may connect, what is cleared away for it, and what is not. */
import { linkSync, lstatSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import {
  bindSocketFile,
  changeSocketFile,
  closeDescriptor,
  type Descriptor,
  openSocket,
  removeSocketFile,
  type SocketFile,
  type SocketFileAccess,
  SystemError,
} from '../../../src/os/mod.ts';
import { isRoot, testFolder } from '../../daemon/kinetd.ts';
import { bound, leaveStale } from '../../daemon/unix-client.ts';

const ours: SocketFileAccess = { mode: 0o640, uid: undefined, gid: undefined };

function open(type: 'stream' | 'dgram' | 'seqpacket'): Descriptor {
  const socket = openSocket({ family: 'unix', type, protocol: 0, nonBlocking: true });
  onTestFinished(() => closeDescriptor(socket));
  return socket;
}

function bind(path: string, access = ours, type: 'stream' | 'dgram' | 'seqpacket' = 'stream'): SocketFile {
  return bindSocketFile(open(type), type, path, access);
}

function codeOf(act: () => unknown): string {
  try {
    act();
    return 'done';
  } catch (error) {
    if (error instanceof SystemError) return `${error.syscall} ${error.code}`;
    throw error;
  }
}

const modeOf = (path: string): number => lstatSync(path).mode & 0o7777;
const absent = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) === undefined;

test('the file has its mode whatever the umask is, and the umask stays', () => {
  const path = join(testFolder(), 's');
  const before = process.umask(0o077);
  try {
    bind(path, { ...ours, mode: 0o666 });
    expect(process.umask()).toBe(0o077);
  } finally {
    process.umask(before);
  }
  expect([lstatSync(path).isSocket(), modeOf(path)]).toEqual([true, 0o666]);
});

test.skipIf(!isRoot)('the file belongs to whom it is given (skipped: only root can give files away)', () => {
  const path = join(testFolder(), 's');
  bind(path, { mode: 0o600, uid: 12345, gid: 54321 });
  const { uid, gid } = lstatSync(path);
  expect({ uid, gid }).toEqual({ uid: 12345, gid: 54321 });
});

test.each(['stream', 'dgram'] as const)('a stale %s socket gives way', (type) => {
  const path = join(testFolder(), 's');
  leaveStale(path, type);
  const { ino } = lstatSync(path);
  const file = bind(path, ours, type);
  expect([lstatSync(path).isSocket(), file.inode]).toEqual([true, lstatSync(path).ino]);
  expect(modeOf(path)).toBe(0o640);
  expect(typeof ino).toBe('number');
});

test('a socket that somebody answers at does not, whatever its type', () => {
  const folder = testFolder();
  for (const theirs of ['stream', 'dgram', 'seqpacket'] as const) {
    for (const mine of ['stream', 'dgram', 'seqpacket'] as const) {
      const path = join(folder, `${theirs}-${mine}`);
      const other = bound(path, theirs);
      const { ino } = lstatSync(path);
      expect([theirs, mine, codeOf(() => bind(path, ours, mine))]).toEqual([theirs, mine, 'bind EADDRINUSE']);
      expect(lstatSync(path).ino).toBe(ino);
      closeDescriptor(other);
    }
  }
});

test('what is no socket stays: files, directories, links, and what links lead to', () => {
  const folder = testFolder();
  const path = (name: string): string => join(folder, name);
  writeFileSync(path('file'), 'text');
  mkdirSync(path('directory'));
  leaveStale(path('stale'));
  symlinkSync('stale', path('link'));
  symlinkSync('nothing', path('dangling'));
  for (const name of ['file', 'directory', 'link', 'dangling']) {
    expect([name, codeOf(() => bind(path(name)))]).toEqual([name, 'bind EADDRINUSE']);
  }
  expect([absent(path('file')), absent(path('stale')), absent(path('link')), absent(path('nothing'))]).toEqual([
    false,
    false,
    false,
    true,
  ]);
});

test('a folder that is not there, and a path that is too long, are told', () => {
  const folder = testFolder();
  expect(codeOf(() => bind(join(folder, 'no', 's')))).toBe('open ENOENT');
  expect(() => bind(join(folder, 'x'.repeat(200)))).toThrow(/string|bytes|text/i);
  expect(absent(join(folder, 'no'))).toBe(true);
});

test('the file is removed once, and only while it is the one that was made', () => {
  const path = join(testFolder(), 's');
  const file = bind(path);
  renameSync(path, `${path}.old`);
  leaveStale(path);
  expect([removeSocketFile(file), absent(path)]).toEqual([false, false]);
  renameSync(`${path}.old`, path);
  expect([removeSocketFile(file), absent(path), removeSocketFile(file)]).toEqual([true, true, false]);
});

test('mode and owner can be changed, but not those of another file of this name', () => {
  const path = join(testFolder(), 's');
  const file = bind(path);
  changeSocketFile(file, { ...ours, mode: 0o600 });
  expect(modeOf(path)).toBe(0o600);
  renameSync(path, `${path}.old`);
  writeFileSync(path, '', { mode: 0o644 });
  expect(codeOf(() => changeSocketFile(file, { ...ours, mode: 0o666 }))).toBe('chmod ENOENT');
  expect(modeOf(path)).toBe(0o644);
});

test('a second name for the socket changes nothing', () => {
  const path = join(testFolder(), 's');
  const file = bind(path);
  linkSync(path, `${path}.2`);
  expect([removeSocketFile(file), absent(`${path}.2`)]).toEqual([true, false]);
});
