/** What is kept of the compiled programs, and that nothing depends on it. */
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { root, testFolder } from '../../daemon/kinetd.ts';

const bundle = join(root, 'dist/bin');
/** Most of the code; how the files are called is the bundler's affair. */
const [largest = ''] = readdirSync(bundle)
  .filter((name) => name.endsWith('.js'))
  .toSorted((a, b) => statSync(join(bundle, b)).size - statSync(join(bundle, a)).size);
const caches = readdirSync(bundle).filter((name) => name.endsWith('.cache'));

/** Runs `kinetd --version` and says of which files the kept code was refused. */
function refused(folder: string): unknown {
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
  return JSON.parse(said);
}

test('the programs are loaded with the code that was compiled when they were built', () => {
  expect(caches).toEqual(expect.arrayContaining(['kinetd.js.cache', 'inetd.js.cache', 'xinetd.js.cache']));
  expect(refused(root)).toMatchObject({ 'kinetd.js': false, [largest]: false });
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
  writeFileSync(join(folder, `dist/bin/${largest}.cache`), 'no code');
  expect(refused(folder)).toMatchObject({ 'kinetd.js': true, [largest]: true });
  expect(execFileSync(join(folder, 'bin/kinetd'), ['--version'], { encoding: 'utf8' })).toMatch(/^\d+\.\d+/);
});
