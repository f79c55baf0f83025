/** Which headers the install script compiles the add-on against (native/headers.js). */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';

const script = fileURLToPath(new URL('../../../native/headers.js', import.meta.url));
const prefix = mkdtempSync(join(tmpdir(), 'kinetd-headers-'));

afterEach(() => rmSync(prefix, { recursive: true, force: true }));

function install(version: string, files: readonly string[] = ['node_api.h', 'common.gypi', 'config.gypi']): void {
  const folder = join(prefix, 'include/node');
  mkdirSync(folder, { recursive: true });
  const [major, minor, patch] = version.split('.');
  const lines = [`MAJOR_VERSION ${major}`, `MINOR_VERSION ${minor}`, `PATCH_VERSION ${patch}`];
  writeFileSync(join(folder, 'node_version.h'), lines.map((line) => `#define NODE_${line}\n`).join(''));
  for (const name of files) writeFileSync(join(folder, name), '');
}

function printed(environment: Readonly<Record<string, string>> = {}): string {
  const { npm_config_nodedir: _, ...inherited } = process.env;
  return execFileSync(process.execPath, [script, prefix], { env: { ...inherited, ...environment }, encoding: 'utf8' });
}

test('the headers beside node are used', () => {
  install(process.versions.node);
  expect(printed()).toBe(`--nodedir=${prefix}`);
});

test('the headers of another version are not', () => {
  install('1.2.3');
  expect(printed()).toBe('');
});

test('nor are incomplete ones, or none', () => {
  expect(printed()).toBe('');
  install(process.versions.node, ['node_api.h']);
  expect(printed()).toBe('');
});

test('a nodedir that npm was told comes first', () => {
  install(process.versions.node);
  expect(printed({ npm_config_nodedir: '/opt/node' })).toBe('');
});
