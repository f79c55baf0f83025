/** Signals that would end other programs, and must not end a daemon. */
import { expect, test } from 'vitest';

import { talk } from '../../daemon/client.ts';
import { service, startKinetd } from '../../daemon/kinetd.ts';
import { passedOver } from '../../daemon/signals.ts';

test('a daemon that gets any of them serves on, and says nothing', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', { log_on_success: '' }) } });
  const address = await daemon.address('echo');
  const said = daemon.errors;
  for (const signal of passedOver) {
    daemon.signal(signal);
    expect((await talk(address, { send: signal })).text).toBe(signal);
  }
  expect(daemon.errors.slice(said.length)).not.toMatch(/^kinetd: /m);
});

test('SIGIOT is SIGABRT: a check, not an end', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', {}) } });
  daemon.signal('SIGIOT');
  await daemon.says(/Consistency check passed/);
});

test('a memory fault ends the daemon', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', {}) }, shell: 'ulimit -c 0' });
  daemon.signal('SIGSEGV');
  expect(await daemon.ended()).toBe('SIGSEGV');
});
