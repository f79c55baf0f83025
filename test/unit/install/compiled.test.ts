/** What is kept of the compiled programs, and that nothing depends on it. */
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { root, testFolder } from '../../daemon/kinetd.ts';

const bundle = join(root, 'dist/bin');
const caches = readdirSync(bundle).filter((name) => name.endsWith('.cache'));

/** Runs `kinetd --version` and says of each file that it loads whether the kept code was refused. */
function refused(folder: string): Record<string, boolean> {
  const script = `
    const { load, loaded } = require(${JSON.stringify(join(folder, 'dist/bin/load.js'))});
    load('kinetd.js').kinetd(['--version']).then(() => {
      const of = [...loaded].map(([name, { script }]) => [name, script.cachedDataRejected]);
      process.stderr.write(JSON.stringify(Object.fromEntries(of)));
    });`;
  const said = execFileSync('/bin/sh', ['-c', 'exec "$@" 2>&1 >/dev/null', 'sh', process.execPath, '-e', script], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  });
  const answer: Record<string, boolean> = JSON.parse(said);
  return answer;
}

test('the programs are loaded with the code that was compiled when they were built', () => {
  expect(caches).toEqual(expect.arrayContaining(['kinetd.js.cache', 'inetd.js.cache', 'xinetd.js.cache']));
  const loaded = refused(root);
  expect(Object.keys(loaded).length).toBeGreaterThan(1);
  for (const [name, wasRefused] of Object.entries(loaded)) expect([name, wasRefused]).toEqual([name, false]);
});

test('the programs are plain ASCII: they are read as they are, and not decoded', () => {
  for (const name of readdirSync(bundle).filter((file) => file.endsWith('.js')))
    expect([name, readFileSync(join(bundle, name), 'utf8').match(/[^\0-\x7f]/)]).toEqual([name, null]);
});

test('each command loads what it needs: the daemon is not read to tell a version', () => {
  const files = readdirSync(bundle).filter((name) => name.endsWith('.js'));
  const daemons = files.filter((name) => readFileSync(join(bundle, name), 'utf8').includes('Daemon = class'));
  expect(daemons).toHaveLength(1);
  expect(Object.keys(refused(root))).not.toContain(daemons[0]);
});

test('code of another version of Node, and what is no code at all, is not used and harms nothing', () => {
  const folder = testFolder();
  for (const part of ['bin', 'dist/bin', 'package.json'])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  for (const part of ['build', 'native']) symlinkSync(join(root, part), join(folder, part));
  const cache = readFileSync(join(folder, 'dist/bin/kinetd.js.cache'));
  // The version of V8 stands in its second word.
  cache.writeUInt32LE(cache.readUInt32LE(4) ^ 1, 4);
  writeFileSync(join(folder, 'dist/bin/kinetd.js.cache'), cache);
  const [other = ''] = Object.keys(refused(root)).filter((name) => name !== 'kinetd.js');
  writeFileSync(join(folder, `dist/bin/${other}.cache`), 'no code');
  expect(refused(folder)).toMatchObject({ 'kinetd.js': true, [other]: true });
  expect(execFileSync(join(folder, 'bin/kinetd'), ['--version'], { encoding: 'utf8' })).toMatch(/^\d+\.\d+/);
});
