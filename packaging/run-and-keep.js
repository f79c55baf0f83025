/**
 * packaging/run-and-keep.js PROGRAM WORD...: runs a program of dist/bin/ as bin/PROGRAM does, and when it ends writes what
 * V8 has compiled of each file that it has loaded beside that file, for load.js.
 */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { load, loaded } = createRequire(import.meta.url)('../dist/bin/load.js');
const [program, ...words] = process.argv.slice(2);

process.on('SIGUSR1', () => {});
process.on('exit', () => {
  for (const { script, filename } of loaded.values()) writeFileSync(`${filename}.cache`, script.createCachedData());
});
process.exitCode = await load(`${program}.js`)[program](words);
