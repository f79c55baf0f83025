/**
 * Starts the fixture processes beside this file, which use the compiled code of src/os (`npm run build`).
 */
import { spawn, spawnSync } from 'node:child_process';
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
  const { status, stdout, stderr } = spawnSync(process.execPath, [fixturePath(name), ...args], {
    encoding: 'utf8',
    timeout: 50_000,
  });
  return { status, stdout, stderr };
}

export interface RunningFixture {
  /** Resolves when stdout has matched, and rejects when the fixture has ended without that. */
  says(pattern: RegExp): Promise<void>;
  closeStdin(): void;
  readonly ended: Promise<FixtureEnd>;
}

/** Starts a fixture that the test takes part in. */
export function startFixture(name: string, ...args: readonly string[]): RunningFixture {
  const child = spawn(process.execPath, [fixturePath(name), ...args], { timeout: 50_000 });
  let [stdout, stderr] = ['', ''];
  const waiting = new Set<() => void>();
  const look = (): void => {
    for (const check of waiting) check();
  };
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk);
    look();
  });
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  let over = false;
  const ended = new Promise<FixtureEnd>((resolve) => {
    child.on('close', (status) => {
      over = true;
      look();
      resolve({ status, stdout, stderr });
    });
  });
  const says = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (pattern.test(stdout)) resolve();
        else if (over) reject(new Error(`fixture ${name} has ended without saying ${pattern}: ${stdout}${stderr}`));
        else waiting.add(check);
      };
      check();
    });
  return { says, closeStdin: () => child.stdin.end(), ended };
}

function fixturePath(name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}.mjs`, import.meta.url));
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
