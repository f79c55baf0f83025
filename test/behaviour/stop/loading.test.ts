/** Told to end while a configuration is being read, which may wait for a name server for minutes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { expect, onTestFinished, test } from 'vitest';

import { root, testFolder } from '../../daemon/kinetd.ts';
import { until } from '../../daemon/until.ts';

/** A daemon without services, whose first or second reading of the configuration never ends. */
const program = `
  const { serve } = await import(process.argv[1] + 'dist/daemon/mod.js');
  const table = { usable: true, entries: [], unread: [], diagnostics: [] };
  let readings = 0;
  const waiting = setInterval(() => {}, 1000);
  process.exitCode = await serve({
    log: { write: (level, message) => console.log(message), reopen() {} },
    logs: { close() {}, reopen() {} },
    clock: Date.now,
    hostsPaths: { allow: '/nonexistent/allow', deny: '/nonexistent/deny' },
    supervisor: { passed: [], complaints: [] },
    graceSeconds: 5,
    load() {
      if (++readings < Number(process.argv[2])) return Promise.resolve(table);
      console.log('never read');
      return new Promise(() => {});
    },
    report() {},
    stayAlive: true,
    pidFile: undefined,
    onStarted: () => process.kill(process.pid, 'SIGHUP'),
  });
  clearInterval(waiting);
`;

test.each([
  ['at start', '1'],
  ['in a reload', '2'],
])('SIGTERM %s is obeyed at once', async (_, reading) => {
  const daemon = spawn(process.execPath, ['--input-type=module', '-e', program, root, reading], {
    cwd: testFolder(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void daemon.kill('SIGKILL'));
  let output = '';
  daemon.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  const closed = once(daemon, 'close');
  // Once: a process that is on its last steps has no handlers any more.
  await until(() => output.includes('never read') || undefined);
  daemon.kill('SIGTERM');
  expect(await closed).toEqual([0, null]);
  expect(output).toMatch(/^Exiting\.\.\.$/m);
});
