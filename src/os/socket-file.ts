/**
 * The file of a Unix socket: made with its mode and its owner, cleared of a predecessor that nobody answers at,
 * changed, and removed.
 *
 * Directories on the way may be writable for others, so the last one is held open and the file is judged by what it
 * is and not by its name (walk.ts): nothing but a socket is removed, and nothing but a socket that has just been made
 * here, and has no second name, changes its owner.
 */
import { chmodSync, chownSync, constants, fstatSync, type Stats } from 'node:fs';
import { constants as system } from 'node:os';

import type { SocketType } from '../model/mod.ts';
import { asDescriptor, closeDescriptor, type Descriptor } from './descriptor.ts';
import { errnoMessage } from './errno.ts';
import { SystemError } from './error.ts';
import { native } from './native.ts';
import { FileError, type Place, walkTo } from './walk.ts';

/** A file that has been made here, told apart from one that somebody puts in its place. */
export interface SocketFile {
  readonly path: string;
  readonly device: number;
  readonly inode: number;
}

export interface SocketFileAccess {
  /** Permission bits; whoever may write may connect. */
  readonly mode: number;
  /** undefined: who runs this process. */
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

/** Linux's; Node has no name for it. */
const pathOnly = 0o10000000;

/**
 * Binds to an absolute path. A socket that is there already is removed when nobody answers at it; whatever else is
 * there stays, and the address is in use.
 * @throws SystemError of the call that failed; no file is left behind then
 */
export function bindSocketFile(
  socket: Descriptor,
  type: SocketType,
  path: string,
  access: SocketFileAccess,
): SocketFile {
  return at(path, (place) => {
    removeStale(place, type);
    native.bindUnix(socket, path, access.mode);
    return inspecting(place, (descriptor, stats) => {
      // In a directory of somebody else this may be another file by now.
      if (!stats.isSocket() || stats.nlink !== 1 || stats.uid !== process.geteuid?.())
        throw systemError('bind', 'EPERM');
      try {
        chown(descriptor, access);
      } catch (error) {
        native.unlinkAt(place.directory, place.name);
        throw error;
      }
      return { path, device: stats.dev, inode: stats.ino };
    });
  });
}

/**
 * Gives the file another mode and owner.
 * @throws SystemError ENOENT when it is not there any more
 */
export function changeSocketFile(file: SocketFile, access: SocketFileAccess): void {
  at(file.path, (place) =>
    inspecting(place, (descriptor, stats) => {
      if (!isThis(file, stats)) throw systemError('chmod', 'ENOENT');
      chown(descriptor, { uid: access.uid ?? process.geteuid?.(), gid: access.gid ?? process.getegid?.() });
      throwingSystemErrors(() => chmodSync(named(descriptor), access.mode));
    }),
  );
}

/** Removes the file if it is still the one that was made. One that cannot be removed is stale for the next that binds. */
export function removeSocketFile(file: SocketFile): boolean {
  try {
    return at(file.path, (place) =>
      inspecting(place, (_, stats) => {
        if (!isThis(file, stats)) return false;
        native.unlinkAt(place.directory, place.name);
        return true;
      }),
    );
  } catch (error) {
    if (error instanceof SystemError) return false;
    throw error;
  }
}

function isThis({ device, inode }: SocketFile, stats: Stats): boolean {
  return stats.isSocket() && stats.dev === device && stats.ino === inode;
}

/** Only a refused connection tells that a socket is nobody's; a full queue or another type has somebody behind it. */
function removeStale(place: Place, type: SocketType): void {
  try {
    inspecting(place, (descriptor, stats) => {
      if (stats.isSocket() && isRefused(descriptor, type)) native.unlinkAt(place.directory, place.name);
    });
  } catch (error) {
    if (!(error instanceof SystemError && error.code === 'ENOENT')) throw error;
  }
}

function isRefused(file: Descriptor, type: SocketType): boolean {
  const probe = native.openSocket('unix', type, 0, true) as Descriptor;
  try {
    native.connectUnix(probe, named(file));
    return false;
  } catch (error) {
    if (error instanceof SystemError) return error.code === 'ECONNREFUSED';
    throw error;
  } finally {
    closeDescriptor(probe);
  }
}

function chown(file: Descriptor, { uid, gid }: Pick<SocketFileAccess, 'uid' | 'gid'>): void {
  if (uid === undefined && gid === undefined) return;
  throwingSystemErrors(() => chownSync(named(file), uid ?? -1, gid ?? -1));
}

/** The file behind a descriptor that was opened for its path alone. */
function named(descriptor: Descriptor): string {
  return `/proc/self/fd/${descriptor}`;
}

/** What stands at the place, links not followed. @throws SystemError ENOENT when there is nothing */
function inspecting<Result>(place: Place, look: (descriptor: Descriptor, stats: Stats) => Result): Result {
  const flags = pathOnly | constants.O_NOFOLLOW;
  const descriptor = asDescriptor(native.openAt(place.directory, place.name, flags, 0));
  try {
    return look(descriptor, fstatSync(descriptor));
  } finally {
    closeDescriptor(descriptor);
  }
}

function at<Result>(path: string, act: (place: Place) => Result): Result {
  let place: Place;
  try {
    place = walkTo(path, 'keep');
  } catch (error) {
    throw error instanceof FileError ? systemError(error.syscall, error.code) : error;
  }
  try {
    return act(place);
  } finally {
    closeDescriptor(place.directory);
  }
}

/** Node's own errors as everybody here expects them. */
function throwingSystemErrors(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && 'syscall' in error)) throw error;
    throw systemError(String(error.syscall), String(error.code));
  }
}

function systemError(syscall: string, code: string): SystemError {
  const errno = Object.entries(system.errno).find(([name]) => name === code)?.[1] ?? 0;
  return new SystemError(syscall, errno, code, errnoMessage(errno));
}
