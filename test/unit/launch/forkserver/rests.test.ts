/** A fork server that cannot be had is tried again after longer and longer rests, and its log has one line for it. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

function rests(argv: readonly string[], count: number): unknown {
  const fixture = fileURLToPath(new URL('rests.mjs', import.meta.url));
  const told = execFileSync(process.execPath, [fixture, JSON.stringify(argv), String(count)], { timeout: 50_000 });
  return JSON.parse(told.toString());
}

test('one that cannot be started', () => {
  expect(rests(['/nowhere/program'], 9)).toEqual({
    waits: [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000],
    troubles: ['it could not be started (exec: No such file or directory)'],
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
