/**
 * Whether a user reaches a file, by owner, group and mode bits of every folder above it and of itself, as
 * path_resolution(7) has it. Access control lists and security modules may say otherwise and are not looked at, so who
 * reports a "no" calls it likely and not certain.
 */
import type { Credentials, FileFacts, Files } from './machine.ts';

export type Permission = 'read' | 'write' | 'execute';

const bits = { read: 4, write: 2, execute: 1 } as const;

export function permits(file: FileFacts, { uid, gids }: Credentials, wanted: Permission): boolean {
  const bit = bits[wanted];
  // Root passes everywhere, but executes only what somebody may execute.
  if (uid === 0) return wanted !== 'execute' || file.kind === 'directory' || (file.mode & 0o111) !== 0;
  const shift = file.uid === uid ? 6 : gids.includes(file.gid) ? 3 : 0;
  return ((file.mode >> shift) & bit) !== 0;
}

/**
 * The first folder above `path` that the user may not pass, links followed as they lie.
 * @returns undefined: all let him through, or are not there
 */
export function barrier(path: string, who: Credentials, machine: Files): string | undefined {
  const paths = new Set([path, machine.realPath(path) ?? path]);
  for (const each of paths) {
    for (const folder of foldersAbove(each)) {
      const facts = machine.file(folder);
      if (facts !== undefined && !permits(facts, who, 'execute')) return folder;
    }
  }
  return undefined;
}

/** From the root down; the path itself is not among them. */
function foldersAbove(path: string): readonly string[] {
  const parts = path.split('/').filter((part) => part !== '');
  return parts.map((_, depth) => `/${parts.slice(0, depth).join('/')}`);
}

/** The folder that a path is in. */
export function folderOf(path: string): string {
  return foldersAbove(path).at(-1) ?? '/';
}
