/** A mistake in the daemon itself ends it, and its log says so: a detached daemon has no terminal that would. */
import { spawnSync } from 'node:child_process';

import { expect, test } from 'vitest';

import { root, testFolder } from '../../daemon/kinetd.ts';

/** A daemon without services whose composition has a mistake. */
const program = `
  const { serve } = await import(process.argv[1] + 'dist/daemon/mod.js');
  const mistake = () => { throw new Error('a mistake'); };
  await serve({
    log: { write: (level, message) => console.log(level + ' ' + message), reopen() {} },
    logs: { close() {}, reopen() {} },
    clock: Date.now,
    hostsPaths: { allow: '/nonexistent/allow', deny: '/nonexistent/deny' },
    supervisor: { passed: [], complaints: [] },
    load: async () => ({ usable: true, entries: [], unread: [], diagnostics: [] }),
    report() {},
    stayAlive: true,
    pidFile: undefined,
    onStarted: () => (process.argv[2] === 'at once' ? mistake() : setTimeout(mistake)),
  });
`;

test.each(['at once', 'from the event loop'])('a mistake %s', (when) => {
  const end = spawnSync(process.execPath, ['--input-type=module', '-e', program, root, when], {
    cwd: testFolder(),
    encoding: 'utf8',
    timeout: 30_000,
  });
  expect(end.stdout).toMatch(/^CRITICAL internal error: Error: a mistake.*Exiting\.\.\.$/ms);
  expect(end.stderr).toContain('a mistake');
  expect(end.status).not.toBe(0);
});
