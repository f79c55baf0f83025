/**
 * From a path to the directory that holds its file, step by step with each directory held open, so that nobody can
 * put anything else in its place between the look and the use.
 *
 * A symbolic link is followed only when nobody but root and the caller could have put it there: it stands in a
 * directory that no one else can write, or it belongs to one of the two. What is opened at the end is for file.ts.
 */
import { constants, fstatSync, openSync, type Stats, statSync } from 'node:fs';

import { asDescriptor, closeDescriptor, type Descriptor } from './descriptor.ts';
import { errnoMessage } from './errno.ts';
import { SystemError } from './error.ts';
import { native } from './native.ts';

/** Where a path ends. Whoever gets it closes `directory`. */
export interface Place {
  readonly directory: Descriptor;
  /** Without a slash. */
  readonly name: string;
  /** Whether others can put, replace or take away what the directory holds. */
  readonly shared: boolean;
  /** With the sticky bit nobody can take away or replace what belongs to somebody else. */
  readonly sticky: boolean;
  /** The name is a link of /proc to an open file, which only the kernel can follow. */
  readonly magic: boolean;
}

/** A file that cannot be had, in the words of Node's own errors. */
export class FileError extends Error {
  override readonly name = 'FileError';
  readonly code: string;
  readonly syscall: string;
  readonly path: string;

  constructor(code: string, text: string, syscall: string, path: string) {
    super(`${code}: ${text}, ${syscall} '${path}'`);
    this.code = code;
    this.syscall = syscall;
    this.path = path;
  }
}

/** Linux's; Node has no name for it. */
const pathOnly = 0o10000000;
/** As in the kernel. */
const mostLinks = 40;

interface Step {
  readonly descriptor: Descriptor;
  readonly stats: Stats;
}

/**
 * @param path absolute
 * @param lastLink a link as the very last part is followed like others, or is the place itself
 * @throws FileError when a part of it is missing or no directory (ENOENT, ENOTDIR, EACCES …), or a link is not to be
 *   followed (EPERM)
 */
export function walkTo(path: string, lastLink: 'follow' | 'keep'): Place {
  const rest = partsOf(path);
  let links = 0;
  let at = root();
  try {
    for (;;) {
      const name = rest.shift();
      if (name === undefined) throw new FileError('EISDIR', 'illegal operation on a directory', 'open', path);
      const last = rest.length === 0;
      if (last && name === '..') throw new FileError('EISDIR', 'illegal operation on a directory', 'open', path);
      const found = look(at, name, path, last);
      if (last && (lastLink === 'keep' || found?.stats.isSymbolicLink() !== true)) {
        if (found !== undefined) closeDescriptor(found.descriptor);
        return placeOf(at, name, false);
      }
      // It is there: look() has said so otherwise.
      if (found === undefined) throw new FileError('ENOENT', 'no such file or directory', 'open', path);
      if (!found.stats.isSymbolicLink()) {
        closeDescriptor(at.descriptor);
        at = found;
        continue;
      }
      const target = linkTarget(at, found, path);
      links++;
      if (links > mostLinks) throw new FileError('ELOOP', 'too many symbolic links encountered', 'open', path);
      if (inProc(at.stats)) {
        if (last) return placeOf(at, name, true);
        const followed = step(at, name, path, pathOnly);
        closeDescriptor(at.descriptor);
        at = followed;
        continue;
      }
      rest.unshift(...partsOf(target));
      if (target.startsWith('/')) {
        closeDescriptor(at.descriptor);
        at = root();
      }
    }
  } catch (error) {
    closeDescriptor(at.descriptor);
    throw error;
  }
}

/** Whether nobody but root and the caller decides about it. */
export function isOurs({ uid }: Stats): boolean {
  return uid === 0 || uid === process.geteuid?.();
}

/** Tells a failed call with the whole path. */
export function withPath<Result>(path: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    throw new FileError(error.code, errnoMessage(error.errno).toLowerCase(), error.syscall, path);
  }
}

function root(): Step {
  const descriptor = asDescriptor(openSync('/', pathOnly | constants.O_DIRECTORY));
  return { descriptor, stats: fstatSync(descriptor) };
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

/** What has this name; undefined when it is missing and need not be there. */
function look(at: Step, name: string, path: string, mayMiss: boolean): Step | undefined {
  try {
    return step(at, name, path, pathOnly | constants.O_NOFOLLOW);
  } catch (error) {
    if (mayMiss && error instanceof FileError && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function step(at: Step, name: string, path: string, flags: number): Step {
  const descriptor = withPath(path, () => native.openAt(at.descriptor, name, flags, 0)) as Descriptor;
  try {
    return { descriptor, stats: fstatSync(descriptor) };
  } catch (error) {
    closeDescriptor(descriptor);
    throw error;
  }
}

function linkTarget(at: Step, link: Step, path: string): string {
  try {
    if (canBeWrittenByOthers(at.stats) && !(isOurs(link.stats) && link.stats.nlink === 1)) {
      const owner = link.stats.uid;
      throw new FileError(
        'EPERM',
        `a symbolic link of user ${owner} in a directory that others can write is not followed`,
        'open',
        path,
      );
    }
    return withPath(path, () => native.readLinkAt(link.descriptor, ''));
  } finally {
    closeDescriptor(link.descriptor);
  }
}

function placeOf({ descriptor, stats }: Step, name: string, magic: boolean): Place {
  return {
    directory: descriptor,
    name,
    shared: canBeWrittenByOthers(stats),
    sticky: (stats.mode & 0o1000) !== 0,
    magic,
  };
}

function canBeWrittenByOthers(directory: Stats): boolean {
  return !isOurs(directory) || (directory.mode & 0o022) !== 0;
}

function inProc({ dev }: Stats): boolean {
  try {
    return statSync('/proc/self').dev === dev;
  } catch {
    return false;
  }
}
