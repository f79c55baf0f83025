/** The threads that launch: a program that is slow to execute holds up nobody but its own clients, and no end. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, expect, test } from 'vitest';

import { canHoldPrograms, holdProgram } from '../../daemon/held-program.ts';
import { type RunningFixture, runFixture, startFixture } from './fixture.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function program(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kinetd-os-'));
  folders.push(folder);
  const path = join(folder, 'server');
  writeFileSync(path, '#!/bin/sh\n');
  chmodSync(path, 0o755);
  return path;
}

async function start(task: string): Promise<{ readonly fixture: RunningFixture; readonly letGo: () => Promise<void> }> {
  const path = program();
  const { letGo } = await holdProgram(path);
  return { fixture: startFixture('held', task, path), letGo };
}

test.runIf(canHoldPrograms)(
  'launches of other programs overtake those that are held, however many these are, and none is lost',
  async () => {
    const { fixture, letGo } = await start('overtake');
    await fixture.says(/^others: 40$/m);
    await letGo();
    expect(await fixture.ended).toEqual({ status: 0, stdout: 'others: 40\nheld: true\nthreads: true\n', stderr: '' });
  },
);

test.runIf(canHoldPrograms)('a process that exits does not wait for launches under way', async () => {
  const { fixture } = await start('exit');
  expect(await fixture.ended).toEqual({ status: 3, stdout: '', stderr: '' });
});

test.runIf(canHoldPrograms)('launches that are left do not keep the process alive', async () => {
  const { fixture } = await start('leave');
  expect(await fixture.ended).toEqual({ status: 4, stdout: '', stderr: '' });
});

test.runIf(canHoldPrograms)('a worker thread may end with launches waiting and under way', async () => {
  const { fixture, letGo } = await start('worker');
  await fixture.says(/^the process goes on$/m);
  await letGo();
  fixture.closeStdin();
  expect(await fixture.ended).toEqual({
    status: 0,
    stdout: 'the process goes on\nand its threads end\n',
    stderr: '',
  });
});

test('promise jobs run when launches have ended', () => {
  expect(runFixture('held', 'promises', '')).toEqual({ status: 0, stdout: '3\n', stderr: '' });
});

test('an exception in the callback ends the process with a message', () => {
  const { status, stderr } = runFixture('held', 'throw', '');
  expect(status).not.toBe(0);
  expect(stderr).toContain('thrown when a launch had ended');
});
