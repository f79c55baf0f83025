/** What V8 is told for a start. It runs in a Node of its own, whose V8 nobody else has told anything. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { root, testFolder } from '../../daemon/kinetd.ts';

/** Has V8 optimise a function, if it will, and says whether it has: before a start, in it, after it, and in a large one. */
const program = `
  import { setFlagsFromString } from 'node:v8';
  import { beginStart } from ${JSON.stringify(join(root, 'dist/os/engine.js'))};

  setFlagsFromString('--allow-natives-syntax');
  setFlagsFromString('--no-turbo-inlining'); // or what is optimised is the loop around it
  const status = new Function('f', 'return %GetOptimizationStatus(f)');
  const optimised = 16; // OptimizationStatus::kOptimized

  function isOptimised(calls) {
    const add = new Function('a', 'b', 'return a + b');
    let sum = 0;
    for (let at = 0; at < calls && (status(add) & optimised) === 0; at++) sum = add(sum, at);
    return (status(add) & optimised) !== 0;
  }

  const long = 1e9;
  const before = isOptimised(long);
  const start = beginStart();
  start.reads(100_000);
  const within = isOptimised(1e6);
  start.end();
  const after = isOptimised(long);
  const large = beginStart();
  for (let at = 0; at < 10; at++) large.reads(100_000);
  process.stdout.write(JSON.stringify({ before, within, after, large: isOptimised(long) }));
`;

function run(words: readonly string[]): unknown {
  const file = join(testFolder(), 'engine.mjs');
  writeFileSync(file, program);
  const { NODE_OPTIONS: _, ...env } = process.env;
  return JSON.parse(execFileSync(process.execPath, [...words, file], { encoding: 'utf8', env }));
}

test('nothing is optimised while a daemon starts, unless it is a large one, and all is as before at its end', () => {
  expect(run([])).toEqual({ before: true, within: false, after: true, large: true });
});

test('options of Node stay as they are', () => {
  expect(run(['--max-semi-space-size=8'])).toEqual({ before: true, within: true, after: true, large: true });
});
