/** A client that is to be refused, while there is no descriptor to take it from the queue with. */
import { spawnSync } from 'node:child_process';

import { expect, test } from 'vitest';

import { open } from '../../daemon/client.ts';
import { service, startKinetd } from '../../daemon/kinetd.ts';
import { limitDaemon } from '../../daemon/limits.ts';
import { descriptors } from '../../daemon/processes.ts';

const havePrlimit = spawnSync('prlimit', ['--version']).status === 0;

test.runIf(havePrlimit)('a wait service rests, counts the client once for cps, and refuses it afterwards', async () => {
  const attributes = { wait: 'yes', instances: 0, cps: '3 1', log_on_failure: 'HOST' };
  const daemon = await startKinetd({ files: { 'x.conf': service('waiting', attributes) } });
  const address = await daemon.address('waiting');
  const used = descriptors(daemon.pid);
  let free = 0;
  while (used.has(free)) free++;
  limitDaemon(daemon.pid, 'nofile', free);
  const client = await open(address);
  await daemon.says(/error: service waiting, accept: EMFILE; accepting pauses until it is possible again/);
  limitDaemon(daemon.pid, 'nofile');
  await client.closed();
  await daemon.says(/^FAIL: waiting service_limit from=127\.0\.0\.1$/m);
  expect(daemon.errors).not.toMatch(/excessive incoming connections/);
  expect(daemon.errors.match(/^FAIL:/gm)).toHaveLength(1);
});
