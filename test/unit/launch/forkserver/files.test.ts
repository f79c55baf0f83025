/** What a fork server is made of: a change is told when the file can be trusted to stand still, and none is missed. */
import { renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { LoadedFiles } from '../../../../src/launch/forkserver/files.ts';
import { testFolder } from '../../../daemon/kinetd.ts';

/** One script that is looked at each time, by clocks that the test sets. */
function loaded(after = 60_000) {
  const script = join(testFolder(), 'script');
  writeFileSync(script, 'one');
  const changed = (): number => statSync(script).ctimeMs;
  const clocks = { now: 0, today: changed() + after };
  const files = new LoadedFiles([script], { now: () => clocks.now, today: () => clocks.today });
  return { script, files, clocks, changed };
}

test('a file that is left alone is the same', () => {
  const { files } = loaded();
  expect([files.look(), files.look()]).toEqual(['same', 'same']);
});

test('a change is told when no other can hide behind the same time', () => {
  const { script, files, clocks, changed } = loaded();
  writeFileSync(script, 'two');
  clocks.today = changed() + 5;
  const wait = files.look();
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(20);
  clocks.today += Number(wait);
  expect(files.look()).toBe('changed');
});

test('each change puts it off', () => {
  const { script, files, clocks, changed } = loaded();
  writeFileSync(script, 'two');
  clocks.today = changed() + 19;
  expect(files.look()).toBeTypeOf('number');
  writeFileSync(script, 'six');
  clocks.today = changed() + 5;
  expect(files.look()).toBeGreaterThan(10);
  clocks.today += 20;
  expect(files.look()).toBe('changed');
});

test('a script that was written when it was loaded may have been written to since', () => {
  const { files, clocks } = loaded(5);
  expect(files.look()).toBeTypeOf('number');
  clocks.today += 20;
  expect(files.look()).toBe('changed');
});

test('the same size and the same time of writing hide nothing, nor does an older time', () => {
  for (const seconds of [1_000_000, 1_000_000, 999_999]) {
    const { script, files, clocks } = loaded();
    utimesSync(script, 1_000_000, 1_000_000);
    clocks.today += 1000;
    const before = new LoadedFiles([script], { now: () => 0, today: () => clocks.today });
    writeFileSync(`${script}.new`, 'two');
    utimesSync(`${script}.new`, seconds, seconds);
    renameSync(`${script}.new`, script);
    clocks.today += 120_000;
    expect([files.look(), before.look()]).toEqual(['changed', 'changed']);
  }
});

test('a time that is still to come is that of another clock', () => {
  const { script, files, clocks, changed } = loaded();
  writeFileSync(script, 'two');
  clocks.today = changed() - 60_000;
  expect(files.look()).toBe('changed');
});

test('what was loaded besides is looked at once a second', () => {
  const { script, files, clocks } = loaded();
  const module = `${script}.module`;
  writeFileSync(module, 'one');
  files.add(module);
  writeFileSync(module, 'two');
  clocks.today += 60_000;
  expect(files.look()).toBe('same');
  clocks.now += 1000;
  expect(files.look()).toBe('changed');
});
