/** sd_notify(3): the supervisor learns when the services are open, of reloads, of the end, and that the daemon lives. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

import { test as each, expect } from 'vitest';

import { talk } from '../../daemon/client.ts';
import { startDetached } from '../../daemon/detached.ts';
import { service, startKinetd, testFolder } from '../../daemon/kinetd.ts';
import { startNotifySocket } from '../../daemon/notify-socket.ts';
import { python3 } from '../../daemon/programs.ts';
import { until } from '../../daemon/until.ts';

const test = each.skipIf(python3 === undefined);
const files = { 'x.conf': service('echo', {}) };

async function socketOfFolder() {
  const path = join(testFolder(), 'notify');
  return { path, socket: await startNotifySocket(path) };
}

test('READY when the services are open, STOPPING when they are closed', async () => {
  const { path, socket } = await socketOfFolder();
  const daemon = await startKinetd({ files, environment: { NOTIFY_SOCKET: path } });
  const { pid, lines } = await socket.hears('READY=1');
  expect(pid).toBe(daemon.pid);
  expect(lines).toEqual(['READY=1', 'STATUS=1 of 1 services available']);
  expect(await daemon.stop()).toBe(0);
  await socket.hears('STOPPING=1');
  expect(socket.notifications.map((notification) => notification.lines[0])).toEqual(['READY=1', 'STOPPING=1']);
});

test('a socket in the abstract namespace', async () => {
  const path = `@kinetd-test-${randomUUID()}`;
  const socket = await startNotifySocket(path);
  await startKinetd({ files, environment: { NOTIFY_SOCKET: path } });
  await socket.hears('READY=1');
});

test('RELOADING with the time of the monotonic clock, then READY, also when the reload fails', async () => {
  const { path, socket } = await socketOfFolder();
  const daemon = await startKinetd({ files, environment: { NOTIFY_SOCKET: path } });
  const before = process.hrtime.bigint() / 1000n;
  await daemon.reload();
  const { lines } = await socket.hears('RELOADING=1');
  const time = BigInt(lines.find((line) => line.startsWith('MONOTONIC_USEC='))?.slice(15) ?? '0');
  expect(time).toBeGreaterThan(before);
  expect(time).toBeLessThan(process.hrtime.bigint() / 1000n);
  await socket.hears('READY=1', 1);
  daemon.write('x.conf', 'defaults\n{\n\tinstances = many\n}\n');
  expect(await daemon.reload()).toBe('reconfiguration failed');
  const again = await socket.hears('READY=1', 2);
  expect(again.lines).toContain('STATUS=1 of 1 services available; the last reload failed');
});

test('WATCHDOG twice in its time, for the process that it is meant for', async () => {
  const { path, socket } = await socketOfFolder();
  const environment = { NOTIFY_SOCKET: path, WATCHDOG_USEC: '200000' };
  await startKinetd({ files, shell: 'export WATCHDOG_PID=$$', environment });
  await socket.hears('WATCHDOG=1', 3);
  await startKinetd({ files, environment: { ...environment, WATCHDOG_PID: '1' } });
  const other = await socket.hears('READY=1', 1);
  const count = (): number => socket.notifications.filter(({ lines }) => lines[0] === 'WATCHDOG=1').length;
  const seen = count();
  await until(() => count() > seen + 3 || undefined);
  expect(socket.notifications.some(({ pid, lines }) => pid === other.pid && lines[0] === 'WATCHDOG=1')).toBe(false);
});

test('no server learns of the supervisor', async () => {
  const { path } = await socketOfFolder();
  const daemon = await startKinetd({
    files: { 'x.conf': service('env', { server: '/bin/cat', server_args: '/proc/self/environ' }) },
    environment: { NOTIFY_SOCKET: path, WATCHDOG_USEC: '60000000', WATCHDOG_PID: '1', KEPT: 'yes' },
  });
  const { text } = await talk(await daemon.address('env'));
  expect(text).toContain('KEPT=yes');
  expect(text).not.toMatch(/NOTIFY_SOCKET|WATCHDOG/);
});

test('a supervisor that is not there is told of once in the log, and keeps nothing from working', async () => {
  const daemon = await startKinetd({ files, environment: { NOTIFY_SOCKET: '/nowhere/notify' } });
  await daemon.says(/the supervisor at \/nowhere\/notify cannot be told READY=1: connect: No such file or directory/);
  await daemon.reload();
  expect((await talk(await daemon.address('echo'), { send: 'x' })).text).toBe('x');
  expect(daemon.errors.match(/cannot be told/g)).toHaveLength(1);
});

test('a daemon that detaches says who it is', async () => {
  const { path, socket } = await socketOfFolder();
  const { pid, status } = await startDetached({
    files,
    command: ['xinetd', '-f', '@FOLDER@/x.conf', '-pidfile', '@FOLDER@/pid', '-filelog', '@FOLDER@/log'],
    environment: { NOTIFY_SOCKET: path },
  });
  expect(status).toBe(0);
  const ready = await socket.hears('READY=1');
  expect(ready.pid).toBe(pid);
  expect(ready.lines).toContain(`MAINPID=${pid}`);
});
