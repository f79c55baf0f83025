/** Clients that mean no good: the daemon serves the others, and nothing of them stays behind. */
import { expect, test } from 'vitest';

import { open, talk } from '../../daemon/client.ts';
import { type Kinetd, service, startKinetd } from '../../daemon/kinetd.ts';
import { children, descriptors, statusField } from '../../daemon/processes.ts';
import { until } from '../../daemon/until.ts';

/** Resolves when the daemon has no servers left, ended ones that nobody has waited for included. */
async function idle(daemon: Kinetd): Promise<void> {
  await until(() => (children(daemon.pid).length === 0 ? true : undefined));
}

function lines(daemon: Kinetd, event: string): number {
  return daemon.errors.match(new RegExp(`^${event}: `, 'gm'))?.length ?? 0;
}

test('two hundred connections opened and dropped at once leave no process, no zombie and no descriptor', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', { cps: '0 1' }) } });
  const address = await daemon.address('echo');
  expect((await talk(address, { send: 'before' })).text).toBe('before');
  await idle(daemon);
  const before = descriptors(daemon.pid);
  const dropped = Array.from({ length: 200 }, async (_, index) => {
    const connection = await open(address);
    if (index % 2 === 0) connection.socket.resetAndDestroy();
    else connection.close();
  });
  await Promise.all(dropped);
  expect((await talk(address, { send: 'after' })).text).toBe('after');
  await idle(daemon);
  await until(() => (lines(daemon, 'START') === lines(daemon, 'EXIT') ? true : undefined));
  expect(lines(daemon, 'START')).toBeGreaterThan(50);
  expect([...descriptors(daemon.pid).values()].toSorted()).toEqual([...before.values()].toSorted());
});

test('connections beyond instances are refused one by one, and no more processes run than that', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', { cps: '0 1', instances: 5 }) } });
  const address = await daemon.address('echo');
  const held = await Promise.all(Array.from({ length: 60 }, () => open(address)));
  await until(() => (lines(daemon, 'FAIL') === 55 ? true : undefined));
  // A launch on another thread may still be on its way.
  await until(() => (children(daemon.pid).length === 5 ? true : undefined));
  for (const connection of held) connection.close();
  await idle(daemon);
  expect((await talk(address, { send: 'x' })).text).toBe('x');
});

test('clients that never send a byte do not keep others from being served', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', { cps: '0 1' }) } });
  const address = await daemon.address('echo');
  await Promise.all(Array.from({ length: 30 }, () => open(address)));
  expect((await talk(address, { send: 'x' })).text).toBe('x');
  expect(await daemon.stop()).toBe(0);
});

test('a client that never reads stops its own server only, which ends by SIGPIPE when the client goes', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': service('flood', { server: '/usr/bin/yes' }) + service('echo', {}) },
  });
  const deaf = await open(await daemon.address('flood'));
  deaf.socket.pause();
  const [, pid = ''] = await daemon.says(/^START: flood pid=(\d+)/m);
  await until(() => (statusField(Number(pid), 'State')?.startsWith('S') ? true : undefined));
  expect((await talk(await daemon.address('echo'), { send: 'x' })).text).toBe('x');
  deaf.socket.resetAndDestroy();
  await daemon.says(new RegExp(`^EXIT: flood (signal=13|status=1) pid=${pid}`, 'm'));
});

test('a wave of refused clients leaves nothing behind', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', { cps: '0 1', no_access: '127.0.0.1' }) } });
  const address = await daemon.address('echo');
  await talk(address);
  const before = descriptors(daemon.pid).size;
  await Promise.all(Array.from({ length: 200 }, () => talk(address)));
  await until(() => (lines(daemon, 'FAIL') === 201 ? true : undefined));
  expect(descriptors(daemon.pid).size).toBe(before);
  expect(children(daemon.pid)).toEqual([]);
});
