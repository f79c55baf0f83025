/** A kernel that cannot make a child without signal handlers (before Linux 5.5): strace(1) answers for it. */
import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';

import { test as each, expect } from 'vitest';

import { talk } from '../../daemon/client.ts';
import { service, startKinetd, testFolder } from '../../daemon/kinetd.ts';
import { noTrace } from '../../daemon/trace.ts';
import { until } from '../../daemon/until.ts';

const test = each.skipIf(noTrace !== undefined);
const lack = noTrace === undefined ? '' : ` (skipped: ${noTrace})`;

/** Starts servers that say which signals they have blocked, ignored or caught. */
async function signalsUnder(answer: readonly string[]): Promise<{ readonly said: string; readonly calls: string }> {
  const log = join(testFolder(), 'calls');
  const daemon = await startKinetd({
    files: { 'x.conf': service('s', { server: '/bin/cat', server_args: '/proc/self/status' }) },
    wrapper: ['strace', '-D', '-f', '-qq', '-e', 'trace=clone3,vfork', ...answer, '-e', 'signal=none', '-o', log],
  });
  const address = await daemon.address('s');
  // Of the second client the daemon knows already how it is.
  const status = `${(await talk(address)).text}${(await talk(address)).text}`;
  const said = (status.match(/^Sig(Blk|Ign|Cgt):.*\n/gm) ?? []).join('');
  await daemon.stop();
  return { said, calls: await until(() => readFileSync(log, 'latin1') || undefined) };
}

const allClear = /^(Sig(Blk|Ign|Cgt):\t0{16}\n){6}$/;

test(`without clone3 servers find every signal at its default all the same${lack}`, async () => {
  // Node's own threads do without it too, as they would there.
  const { said, calls } = await signalsUnder(['-e', 'inject=clone3:error=ENOSYS']);
  expect(said).toMatch(allClear);
  expect(calls).toMatch(/clone3\(\{flags=CLONE_VM\|CLONE_VFORK.* ENOSYS/);
  expect(calls).toMatch(/vfork\(/);
});

/** Where the daemon can have it so: elsewhere it does as the test above shows. */
const [major = 0, minor = 0] = release().split('.').map(Number);
const hasIt = process.arch === 'x64' && (major > 5 || (major === 5 && minor >= 5));
each.skipIf(noTrace !== undefined || !hasIt)(
  `with it the kernel takes the handlers away, and vfork is not called${lack}`,
  async () => {
    const { said, calls } = await signalsUnder([]);
    expect(said).toMatch(allClear);
    expect(calls).toMatch(/clone3\(\{flags=CLONE_VM\|CLONE_VFORK\|CLONE_CLEAR_SIGHAND/);
    expect(calls).not.toContain('vfork(');
  },
);
