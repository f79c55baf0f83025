/** Out of descriptors: clients wait in the kernel's queue, the daemon says it once, and nothing spins. */
import { spawnSync } from 'node:child_process';

import { expect, test } from 'vitest';

import { open, talk } from '../../daemon/client.ts';
import { currentUser, type Kinetd, service, startKinetd } from '../../daemon/kinetd.ts';
import { limitDaemon } from '../../daemon/limits.ts';
import { fixedPort } from '../../daemon/ports.ts';
import { descriptors, statFields } from '../../daemon/processes.ts';
import { until } from '../../daemon/until.ts';

const havePrlimit = spawnSync('prlimit', ['--version']).status === 0;

/** From now on accept(2) fails with EMFILE. */
function starve(daemon: Kinetd): void {
  let free = 0;
  const open = descriptors(daemon.pid);
  while (open.has(free)) free++;
  limitDaemon(daemon.pid, 'nofile', free);
}

/** Clock ticks of processor time; see proc(5). */
function ticks(daemon: Kinetd): number {
  const fields = statFields(daemon.pid);
  return Number(fields[11]) + Number(fields[12]);
}

test.runIf(havePrlimit)('accepting pauses, one line says so, and all clients are served when it is over', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', {}) } });
  const address = await daemon.address('echo');
  starve(daemon);
  const waiting = await Promise.all([open(address), open(address), open(address)]);
  for (const [index, client] of waiting.entries()) client.write(`client ${index}`);
  await daemon.says(/error: service echo, accept: EMFILE; accepting pauses until it is possible again/);
  limitDaemon(daemon.pid, 'nofile');
  for (const [index, client] of waiting.entries()) await client.receive(new RegExp(`client ${index}`));
  expect(daemon.errors.match(/EMFILE/g)).toHaveLength(1);
});

test.runIf(havePrlimit)('meanwhile the daemon does not spin', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', {}) } });
  const address = await daemon.address('echo');
  starve(daemon);
  await open(address);
  await daemon.says(/EMFILE/);
  const before = ticks(daemon);
  let looks = 0;
  await until(() => (++looks > 60 ? true : undefined));
  expect(ticks(daemon) - before).toBeLessThan(15);
});

test.runIf(havePrlimit)('a shortage that is over does not cut short a rest that has another reason', async () => {
  const port = await fixedPort();
  const address = { host: '127.0.0.1', port };
  const line = `127.0.0.1:${port} stream tcp nowait.2 ${currentUser()} /bin/cat cat\n`;
  const daemon = await startKinetd({ files: { 'inetd.conf': line } });
  starve(daemon);
  const first = await open(address);
  first.write('x');
  await daemon.says(/EMFILE/);
  limitDaemon(daemon.pid, 'nofile');
  await first.receive(/x/);
  const second = await open(address);
  second.write('x');
  await second.receive(/x/);
  await (await open(address)).closed();
  await daemon.says(/server failing \(looping\), service rests for \d+ seconds/);
  await open(address);
  first.close();
  await daemon.says(/^EXIT/m);
  await daemon.reload();
  await daemon.reload();
  expect(daemon.errors.match(/looping/g)).toHaveLength(1);
});

test('a soft limit is no limit: the daemon raises its own', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', {}) }, shell: 'ulimit -Sn 64' });
  expect((await talk(await daemon.address('echo'), { send: 'x' })).text).toBe('x');
  const files = Array.from({ length: 80 }, (_, index) =>
    service(`log${index}`, { log_type: `FILE @FOLDER@/${index}.log`, log_on_success: 'HOST' }),
  );
  daemon.write('x.conf', files.join(''));
  await daemon.reload();
  expect(daemon.errors).toContain('Reconfigured: new=80 old=0 dropped=1');
  expect(daemon.errors).not.toMatch(/EMFILE|Too many open files/);
});
