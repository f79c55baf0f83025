#!/usr/bin/env node
/**
 * test/beside.js SCRIPT...: runs scripts of package.json side by side, as many as there are processors, in this order.
 *
 * What each writes is shown in one piece when it has ended. All are run to their end; the status is 1 when one has failed.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';

const top = join(import.meta.dirname, '..');
const { scripts } = JSON.parse(readFileSync(join(top, 'package.json'), 'utf8'));
const env = { ...process.env, PATH: `${join(top, 'node_modules/.bin')}${delimiter}${process.env.PATH}` };

function run(name) {
  return new Promise((resolve) => {
    const started = performance.now();
    const child = spawn('/bin/sh', ['-c', scripts[name]], { cwd: top, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const pieces = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => pieces.push(piece));
    child.on('close', (status, signal) => {
      const passed = status === 0;
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`== ${name}: ${passed ? 'passed' : `FAILED (${signal ?? `status ${status}`})`} after ${seconds} s`);
      process.stdout.write(Buffer.concat(pieces));
      resolve(passed);
    });
  });
}

const names = process.argv.slice(2);
for (const name of names) if (scripts[name] === undefined) throw new Error(`package.json has no script ${name}`);

const waiting = names.values();
let failed = false;
await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    for (const name of waiting) if (!(await run(name))) failed = true;
  }),
);
process.exitCode = failed ? 1 : 0;
