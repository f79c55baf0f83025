/** Small C programs of the tests, built by the system's compiler: once for a whole run, whichever test comes first. */
import { execFileSync } from 'node:child_process';
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';

import { inject } from 'vitest';

import { root } from '../daemon/kinetd.ts';

/**
 * @param name a source of this folder, without `.c`
 * @returns the path of the program, or of the library when the options say so
 */
export function compiled(name: string, ...options: readonly string[]): string {
  return compiledIn('test/oracle', name, ...options);
}

/** As {@link compiled}, of a source in another folder of the tests. */
export function compiledIn(sources: string, name: string, ...options: readonly string[]): string {
  const program = join(inject('compiledFolder'), [name, ...options].join(''));
  if (existsSync(program)) return program;
  // Another worker may be about to do the same: each writes a file of its own, and a program is there whole or not at all.
  const unfinished = `${program}.${process.pid}`;
  const flags = ['-O1', '-Wall', '-Wextra', '-Werror', ...options];
  execFileSync('cc', [...flags, '-o', unfinished, join(root, sources, `${name}.c`)]);
  renameSync(unfinished, program);
  return program;
}
