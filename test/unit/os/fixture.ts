/**
 * Starts the fixture processes beside this file, which use the compiled code of src/os (`npm run build`).
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface FixtureEnd {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a fixture to its end. */
export function runFixture(name: string, ...args: readonly string[]): FixtureEnd {
  const path = fileURLToPath(new URL(`fixtures/${name}.mjs`, import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...args], {
    encoding: 'utf8',
    timeout: 50_000,
  });
  return { status, stdout, stderr };
}

/** Runs a fixture whose last argument is the file for its result, and reads that. */
export function resultOf(
  name: string,
  ...args: readonly string[]
): { readonly result: unknown; readonly text: (suffix: string) => string } {
  const folder = mkdtempSync(join(tmpdir(), 'kinetd-os-'));
  const path = join(folder, 'result');
  try {
    const end = runFixture(name, ...args, path);
    if (end.status !== 0) throw new Error(`fixture ${name} ended with ${end.status}: ${end.stderr}${end.stdout}`);
    const texts = new Map<string, string>();
    for (const number of ['0', '1', '2']) texts.set(number, readIfThere(`${path}.output.${number}`));
    return { result: JSON.parse(readFileSync(path, 'utf8')), text: (suffix) => texts.get(suffix) ?? '' };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

export const isRoot: boolean = process.getuid?.() === 0;
