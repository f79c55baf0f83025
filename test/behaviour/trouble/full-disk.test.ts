/**
 * A log file on a full disk: clients are served, lines are lost and counted. The disk is a small file system of the
 * daemon's own, which takes root and the right to mount; elsewhere test/unit/log/file-sink.test.ts shows the same for a
 * file that cannot be written.
 */
import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { talk } from '../../daemon/client.ts';
import { service, startKinetd, testFolder } from '../../daemon/kinetd.ts';
import { canMount, inOwnMounts } from '../../daemon/mounts.ts';
import { until } from '../../daemon/until.ts';

/** Until nothing more fits. */
function fill(path: string): void {
  try {
    for (;;) appendFileSync(path, Buffer.alloc(4096));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
}

test.runIf(canMount)(
  'clients are served, the daemon says it once, and counts what was lost when there is room again',
  async () => {
    const disk = testFolder();
    const daemon = await startKinetd({
      files: {
        'x.conf': service('echo', {
          cps: '0 0',
          log_type: `FILE ${disk}/log`,
          log_on_success: 'HOST',
          log_on_failure: 'HOST',
        }),
      },
      wrapper: inOwnMounts(`mount -t tmpfs -o size=64k tmpfs ${disk}`),
    });
    const address = await daemon.address('echo');
    // The disk as the daemon sees it.
    const inside = (name: string): string => join(`/proc/${daemon.pid}/root`, disk, name);
    fill(inside('filler'));
    for (let client = 0; client < 10; client++) expect((await talk(address, { send: 'x' })).text).toBe('x');
    await daemon.says(/error: echo log \S+ cannot be written: ENOSPC/);
    expect(readFileSync(inside('log'), 'latin1')).toBe('');
    rmSync(inside('filler'));
    expect((await talk(address, { send: 'x', from: '127.0.0.2' })).text).toBe('x');
    await until(() => readFileSync(inside('log'), 'latin1').includes('START: echo from=127.0.0.2') || undefined);
    const [, lost = ''] = await daemon.says(/kinetd: echo log \S+ can be written again, (\d+) lines were lost/);
    // The last lines may have been on their way when there was room again.
    const written = readFileSync(inside('log'), 'latin1').match(/: START: echo from=/g)?.length ?? 0;
    expect(Number(lost) + written).toBe(11);
    expect(Number(lost)).toBeGreaterThan(0);
    expect(daemon.errors.match(/cannot be written/g)).toHaveLength(1);
  },
);
