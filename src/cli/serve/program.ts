/** Finds a program as a shell does: a word with a slash is a path from here, any other is looked for in PATH. */
import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';

/** Where a shell looks that has no PATH. */
const usualPath = '/usr/local/bin:/usr/bin:/bin';

/** @returns an absolute path, of which nothing is known where the word had a slash; undefined: PATH has no such program */
export function findProgram(word: string, directory: string, path: string = usualPath): string | undefined {
  if (word.includes('/')) return resolve(directory, word);
  if (word === '') return undefined;
  return path
    .split(':')
    .map((folder) => resolve(directory, folder, word))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
