/** A fork server that cannot be had is tried again after longer and longer rests, and its log has one line for it. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

import { testFolder } from '../../../daemon/kinetd.ts';

function rests(argv: readonly string[], count: number, changing: readonly string[] = []): unknown {
  const fixture = fileURLToPath(new URL('rests.mjs', import.meta.url));
  const words = [fixture, JSON.stringify(argv), String(count), ...changing];
  const told = execFileSync(process.execPath, words, { timeout: 50_000 });
  return JSON.parse(told.toString());
}

test('one that cannot be started', () => {
  expect(rests(['/nowhere/program'], 9)).toEqual({
    waits: [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000],
    troubles: ['it could not be started (exec: No such file or directory)'],
    served: false,
  });
});

test('one whose program changes meanwhile is tried again with the next client', () => {
  const program = join(testFolder(), 'program');
  // It comes into being, and cannot be executed.
  expect(rests([program], 4, [program])).toEqual({
    waits: [1000, 2000, 4000, 8000, 32_000],
    troubles: ['exec: No such file or directory', 'exec: Permission denied'].map(
      (reason) => `it could not be started (${reason})`,
    ),
    served: false,
  });
});

test('one that never says that it is ready has half a minute, and is ended then', () => {
  expect(rests(['/bin/sleep', '10000'], 8)).toEqual({
    waits: [30_000, 1000, 30_000, 2000, 30_000, 4000, 30_000, 8000],
    troubles: ['it was not ready in time'],
    served: false,
  });
});
