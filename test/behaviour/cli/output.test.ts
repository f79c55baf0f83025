/** Where the output of kinetd check goes when its reader has gone, or the disk is full. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const program = fileURLToPath(new URL('../../../bin/kinetd', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'kinetd-output-'));
const path = join(folder, 'many.conf');
// More JSON than a pipe holds.
writeFileSync(
  path,
  Array.from(
    { length: 300 },
    (_, index) => `service s${index}\n{\n type = UNLISTED\n port = ${9000 + index}\n}\n`,
  ).join(''),
);

afterAll(() => rmSync(folder, { recursive: true }));

function shell(script: string): { readonly status: number | null; readonly stderr: string } {
  const words = ['-c', script, process.execPath, program, path];
  return spawnSync('/bin/sh', words, { encoding: 'utf8', timeout: 60_000 });
}

test('a reader that has seen enough is no mistake', () => {
  const { stderr } = shell('"$0" "$1" check --json -f "$2" | head -c 1 >/dev/null');
  expect(stderr).toBe('');
  expect(shell('"$0" "$1" check -f "$2" 2>&1 >/dev/null | head -c 1 >/dev/null').stderr).toBe('');
});

test('a full disk is told, with status 1', () => {
  writeFileSync(join(folder, 'none.conf'), '');
  const { status, stderr } = shell(`"$0" "$1" check -f ${folder}/none.conf >/dev/full`);
  expect(stderr).toMatch(/^kinetd: cannot write: ENOSPC.*\n$/);
  expect(status).toBe(1);
});
