import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { fileDaemonLog } from '../../../src/log/mod.ts';
import { openLog } from '../../../src/os/mod.ts';

function pathOf(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'kinetd-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, name);
}

test('a message has its time, who says it, and its level in front', () => {
  const path = pathOf('daemon.log');
  const noon = new Date(2026, 10, 20, 12, 0, 0).getTime();
  fileDaemonLog(path, 'xinetd', () => noon, openLog).write('NOTICE', 'two\nlines');
  expect(readFileSync(path, 'utf8')).toBe(`26/11/20@12:00:00 xinetd[${process.pid}]: NOTICE: two\\x0alines\n`);
});

test('a pipe that nobody reads is refused at once, and one whose reader is slow costs lines and no time', () => {
  const path = pathOf('pipe');
  execFileSync('mkfifo', [path]);
  expect(() => fileDaemonLog(path, 'xinetd', Date.now, openLog)).toThrow('ENXIO');
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  onTestFinished(() => closeSync(reader));
  const log = fileDaemonLog(path, 'xinetd', Date.now, openLog);
  for (let message = 0; message < 2000; message++) log.write('INFO', 'x'.repeat(100));
  log.reopen();
});
