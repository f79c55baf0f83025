/** The process that answers for internal services: what it may, and what happens when it dies. */
import { spawnSync } from 'node:child_process';

import { expect, type TestContext, test } from 'vitest';

import { open, talk, UdpClient } from '../../daemon/client.ts';
import { asNobody, isRoot, startKinetd } from '../../daemon/kinetd.ts';
import { limitDaemon } from '../../daemon/limits.ts';
import { children, descriptors, gone, statusField } from '../../daemon/processes.ts';
import { until } from '../../daemon/until.ts';
import { internal } from './entry.ts';
import { workerOf } from './worker.ts';

const havePrlimit = spawnSync('prlimit', ['--version']).status === 0;

test('there is none until a client comes', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': internal('echo') } });
  expect(children(daemon.pid)).toEqual([]);
  expect((await talk(await daemon.address('echo'), { send: 'x' })).text).toBe('x');
  expect(children(daemon.pid)).toEqual([await workerOf(daemon)]);
});

test('it can do nothing and gain nothing, and holds its clients and nothing of the daemon’s', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': internal('echo') } });
  const connection = await open(await daemon.address('echo'));
  connection.write('x');
  await connection.receive(/x/);
  const pid = await workerOf(daemon);
  expect(statusField(pid, 'NoNewPrivs')).toBe('1');
  for (const set of ['CapPrm', 'CapEff', 'CapInh', 'CapAmb']) expect(statusField(pid, set)).toMatch(/^0+$/);
  const open_ = [...descriptors(pid)];
  const sockets = open_.filter(([, what]) => what.startsWith('socket:')).map(([number]) => number);
  expect(sockets[0]).toBe(0);
  expect(sockets).toHaveLength(2);
  const rest = open_.filter(([number]) => !sockets.includes(number)).map(([, what]) => what);
  for (const what of rest) expect(what).toMatch(/^(\/dev\/null|pipe:.*|anon_inode:.*)$/);
});

test('under root it runs as nobody, without supplementary groups', async (context: TestContext) => {
  context.skip(!isRoot, 'needs root: changes ids');
  const daemon = await startKinetd({ files: { 'x.conf': internal('echo') } });
  await talk(await daemon.address('echo'), { send: 'x' });
  const pid = await workerOf(daemon);
  expect(statusField(pid, 'Uid')).toMatch(/^(65534)\t\1\t\1\t\1$/);
  expect(statusField(pid, 'Gid')).toMatch(/^(65534)\t\1\t\1\t\1$/);
  expect(statusField(pid, 'Groups')?.trim()).toBe('');
});

test('killed, it takes its own connections along, is told of once, and another takes its place', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': internal('echo', { instances: 1, per_source: 1 }) + internal('daytime') },
  });
  const address = await daemon.address('echo');
  const connection = await open(address);
  connection.write('x');
  await connection.receive(/x/);
  const pid = await workerOf(daemon);
  process.kill(pid, 'SIGKILL');
  expect(await connection.closed()).toBe('x');
  await daemon.says(new RegExp(`^EXIT: echo signal=9 pid=${pid} duration=`, 'm'));
  const next = await workerOf(daemon, pid);
  expect((await talk(address, { send: 'y' })).text).toBe('y');
  expect((await talk(await daemon.address('daytime'))).text).toMatch(/\r\n$/);
  expect(await workerOf(daemon)).toBe(next);
  expect(daemon.errors.match(/worker .*/g)).toEqual([
    `worker ${pid} died of signal 9, with 1 connection; another takes its place`,
  ]);
});

test('one that dies again and again rests, clients are refused meanwhile, and then it comes back', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': internal('echo', { cps: '100000 1' }) } });
  const address = await daemon.address('echo');
  await talk(address, { send: 'x' });
  const first = await workerOf(daemon);
  process.kill(first, 'SIGKILL');
  const second = await workerOf(daemon, first);
  expect((await talk(address, { send: 'x' })).text).toBe('x');
  process.kill(second, 'SIGKILL');
  await daemon.says(
    /worker \d+ died of signal 9, with [01] connections?; internal services refuse clients for 2 seconds/,
  );
  expect((await talk(address, { send: 'x' })).text).toBe('');
  await daemon.says(/^FAIL: echo exec from=127\.0\.0\.1$/m);
  await until(async () => ((await talk(address, { send: 'x' })).text === 'x' ? true : undefined));
});

test.runIf(havePrlimit)('one that cannot be started refuses clients, and is tried again', async () => {
  const wrapper = isRoot ? asNobody : [];
  const daemon = await startKinetd({
    files: { 'x.conf': internal('echo', { cps: '100000 1' }) + internal('daytime', { socket_type: 'dgram' }) },
    wrapper,
  });
  const address = await daemon.address('echo');
  // Root's processes are not counted, so the daemon is an ordinary user's in any case.
  limitDaemon(daemon.pid, 'nproc', 1, wrapper);
  expect((await talk(address, { halfClose: false })).text).toBe('');
  await daemon.says(/^FAIL: echo exec from=127\.0\.0\.1$/m);
  await daemon.says(/the worker cannot be started \(fork: .*\); internal services refuse clients for 1 second$/m);
  const client = new UdpClient();
  await client.send(await daemon.address('daytime'), 'x');
  await daemon.says(/^FAIL: daytime exec from=127\.0\.0\.1$/m);
  limitDaemon(daemon.pid, 'nproc', undefined, wrapper);
  await until(async () => ((await talk(address, { send: 'x' })).text === 'x' ? true : undefined));
  expect(await client.answer()).toMatch(/\r\n$/);
});

test('it ends with the daemon, also when the daemon is killed', async () => {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const daemon = await startKinetd({ files: { 'x.conf': internal('echo') } });
    const connection = await open(await daemon.address('echo'));
    connection.write('x');
    await connection.receive(/x/);
    const pid = await workerOf(daemon);
    daemon.signal(signal);
    await daemon.ended();
    await connection.closed();
    await until(() => (gone(pid) ? true : undefined));
  }
});

test('whoever comes while it starts is served, and so are many at once', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': internal('echo', { cps: '100000 1' }) } });
  const address = await daemon.address('echo');
  // As many at a time as a queue of listen(2) surely holds.
  const clients = Array.from({ length: 60 }, async (_, client) => {
    for (let round = 0; round < 10; round++) {
      expect((await talk(address, { send: `${client}.${round}` })).text).toBe(`${client}.${round}`);
    }
  });
  await Promise.all(clients);
  await until(() => (daemon.errors.match(/^EXIT: echo status=0/gm)?.length === 600 ? true : undefined));
});
