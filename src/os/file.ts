/**
 * Files that the daemon writes (logs, the pid file, the state dump), and banners, which it reads for clients. Their paths come from the administrator, but the
 * directories on the way may be writable for others (/tmp, a user's home, a group's /var/log), who must not be able to
 * make a daemon with privileges write elsewhere. So links are followed only as walk.ts says, and in such a directory
 * nothing is written into that belongs to somebody else or has a second name.
 */
import { closeSync, constants, fstatSync, readSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';

import { asDescriptor, closeDescriptor, type Descriptor } from './descriptor.ts';
import { native } from './native.ts';
import { FileError, isOurs, type Place, walkTo, withPath } from './walk.ts';

/**
 * Opens a log: for appending, made when it is missing, never as the process's terminal. Opening a pipe that nobody
 * reads fails instead of waiting, and so does writing to a slow one.
 * A file that is made has mode 0644 less the umask.
 * @throws FileError
 */
export function openLog(path: string): Descriptor {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOCTTY, O_NONBLOCK, O_NOFOLLOW } = constants;
  const flags = O_WRONLY | O_APPEND | O_NOCTTY | O_NONBLOCK;
  return at(path, 'follow', (place) => {
    // Neither a link nor the kernel's fs.protected_regular is met in /proc.
    const descriptor = openIn(place, path, place.magic ? flags : flags | O_CREAT | O_NOFOLLOW, 0o644);
    if (place.shared) closingOnFailure(descriptor, () => refuseForeign(descriptor, path));
    return descriptor;
  });
}

/**
 * Reads the beginning of a regular file; where others can write its directory, links are followed only as walk.ts says
 * and a file with a second name is not read, since it may be one that they cannot read themselves.
 * @param most bytes
 * @throws FileError
 */
export function readBeginning(path: string, most: number): Buffer {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;
  return at(path, 'follow', (place) => {
    const flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | (place.magic ? 0 : O_NOFOLLOW);
    const descriptor = openIn(place, path, flags, 0);
    try {
      const stats = fstatSync(descriptor);
      if (!stats.isFile()) throw new FileError('EINVAL', 'not a regular file', 'open', path);
      if (place.shared && stats.nlink > 1) {
        throw new FileError('EPERM', 'the file has a second name and others can write its directory', 'open', path);
      }
      const buffer = Buffer.alloc(Math.min(stats.size, most));
      let length = 0;
      for (let got = -1; got !== 0 && length < buffer.length; length += got) {
        got = readSync(descriptor, buffer, length, buffer.length - length, null);
      }
      return buffer.subarray(0, length);
    } finally {
      closeSync(descriptor);
    }
  });
}

/**
 * Makes a file that was not there, with this text. What had its name before is removed, not written into.
 * @throws FileError
 */
export function makeFile(path: string, text: string, mode: number): void {
  at(path, 'keep', (place) => {
    unlinkIn(place, path);
    writeNew(place, place.name, path, text, mode);
  });
}

/**
 * Puts a file in the place of an older one, all at once: whoever reads it reads a whole one.
 * @throws FileError, also (EPERM) when others could have their own file put there instead
 */
export function replaceFile(path: string, text: string, mode: number): void {
  at(path, 'keep', (place) => {
    if (place.shared && !place.sticky) {
      throw new FileError('EPERM', 'others can write the directory, which is not sticky', 'open', path);
    }
    const beside = { ...place, name: `.${place.name}.${process.pid}` };
    unlinkIn(beside, path);
    writeNew(beside, beside.name, path, text, mode);
    withPath(path, () => native.renameAt(place.directory, beside.name, place.name));
  });
}

/**
 * Removes a file if it holds just this text.
 * @throws FileError of unlink(2); a file that is missing, or is another's by now, is left alone
 */
export function removeFile(path: string, text: string): void {
  const missing = (error: unknown): boolean => error instanceof FileError && /^E(NOENT|LOOP|PERM)$/.test(error.code);
  try {
    at(path, 'keep', (place) => {
      const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;
      const descriptor = openIn(place, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
      try {
        const buffer = Buffer.alloc(text.length + 1);
        if (!fstatSync(descriptor).isFile()) return;
        const length = readSync(descriptor, buffer);
        if (buffer.toString('latin1', 0, length) === text) unlinkIn(place, path);
      } finally {
        closeSync(descriptor);
      }
    });
  } catch (error) {
    if (!missing(error)) throw error;
  }
}

/** Does something in the directory of a path; relative paths stand against the working directory. */
function at<Result>(path: string, lastLink: 'follow' | 'keep', act: (place: Place) => Result): Result {
  const place = walkTo(resolve(path), lastLink);
  try {
    return act(place);
  } finally {
    closeDescriptor(place.directory);
  }
}

function openIn({ directory, name }: Place, path: string, flags: number, mode: number): Descriptor {
  return asDescriptor(withPath(path, () => native.openAt(directory, name, flags, mode)));
}

function unlinkIn({ directory, name }: Place, path: string): void {
  try {
    withPath(path, () => native.unlinkAt(directory, name));
  } catch (error) {
    if (!(error instanceof FileError && error.code === 'ENOENT')) throw error;
  }
}

function writeNew(place: Place, name: string, path: string, text: string, mode: number): void {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const descriptor = openIn({ ...place, name }, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
  try {
    const bytes = Buffer.from(text);
    let written = 0;
    while (written < bytes.length) written += writeSync(descriptor, bytes, written);
  } finally {
    closeSync(descriptor);
  }
}

/** @throws FileError for a file that somebody else has put where the administrator meant one of the daemon */
function refuseForeign(descriptor: Descriptor, path: string): void {
  const stats = fstatSync(descriptor);
  const foreign = isOurs(stats) ? undefined : `the file belongs to user ${stats.uid}`;
  const linked = stats.isFile() && stats.nlink > 1 ? 'the file has a second name' : undefined;
  const reason = foreign ?? linked;
  if (reason !== undefined) {
    throw new FileError('EPERM', `${reason} and others can write its directory, so it is not written to`, 'open', path);
  }
}

function closingOnFailure(descriptor: Descriptor, check: () => void): void {
  try {
    check();
  } catch (error) {
    closeDescriptor(descriptor);
    throw error;
  }
}
