/**
 * Programs that services of tests run. Interpreters are the system's own, which every user can start; one of the
 * caller's (below a home folder, say) may be closed to the user of a service.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';

const folders = ['/usr/bin', '/bin', '/usr/local/bin'];

/** Absolute path of a program of the system, or undefined. */
export function programPath(name: string): string | undefined {
  return folders.map((folder) => `${folder}/${name}`).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export const python3: string | undefined = programPath('python3');

/** Whether the system's python3 can import a module. */
export function pythonHas(module: string): boolean {
  return python3 !== undefined && spawnSync(python3, ['-c', `import ${module}`]).status === 0;
}

/** The text of an executable Python script; isolated from the caller's packages, which also starts it faster. */
export function python(text: string): string {
  return `#!${python3} -IS\n${text}`;
}

/** The text of an executable shell script. */
export function shell(text: string): string {
  return `#!/bin/sh\n${text}`;
}
