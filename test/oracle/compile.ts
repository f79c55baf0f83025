/** Small C programs of the tests, built by the system's compiler: once for each test file, and removed after it. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll } from 'vitest';

import { root } from '../daemon/kinetd.ts';

const built = new Map<string, string>();
let folder: string | undefined;

/**
 * @param name a source of this folder, without `.c`
 * @returns the path of the program, or of the library when the options say so
 */
export function compiled(name: string, ...options: readonly string[]): string {
  return compiledIn('test/oracle', name, ...options);
}

/** As {@link compiled}, of a source in another folder of the tests. */
export function compiledIn(sources: string, name: string, ...options: readonly string[]): string {
  const key = [name, ...options].join(' ');
  const known = built.get(key);
  if (known !== undefined) return known;
  if (folder === undefined) {
    folder = mkdtempSync(join(tmpdir(), 'kinetd-built-'));
    chmodSync(folder, 0o755);
  }
  const program = join(folder, built.size === 0 ? name : `${name}-${built.size}`);
  const source = join(root, sources, `${name}.c`);
  execFileSync('cc', ['-O1', '-Wall', '-Wextra', '-Werror', ...options, '-o', program, source]);
  built.set(key, program);
  return program;
}

afterAll(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});
