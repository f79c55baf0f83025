/** A directory that can be a server's `/`: programs of the system with the libraries that they need. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Fills the directory; each program keeps its path below it. */
export function fillJail(directory: string, programs: readonly string[]): void {
  for (const program of programs) {
    const needs = execFileSync('ldd', [program], { encoding: 'latin1' });
    const libraries = [...needs.matchAll(/(?:=> |^\s)(\/\S+) \(/gm)].map(([, path]) => path ?? '');
    for (const path of [program, ...libraries]) {
      const target = join(directory, path);
      mkdirSync(dirname(target), { recursive: true });
      copyFileSync(realpathSync(path), target);
    }
  }
}
