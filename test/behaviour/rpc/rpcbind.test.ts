/** RPC services with Debian's rpcbind, which is restarted, late, or not there. */
import { expect, test } from 'vitest';

import { type Kinetd, service, startKinetd } from '../../daemon/kinetd.ts';
import {
  networkWithRpcbind,
  ownersOf,
  ownNetwork,
  registered,
  rpcbindObstacle,
  startRpcbind,
} from '../../daemon/rpcbind.ts';
import { until } from '../../daemon/until.ts';

const obstacle = rpcbindObstacle();

function rpc(id: string, attributes: Readonly<Record<string, string | number>>): string {
  const socket = { type: 'RPC UNLISTED', socket_type: 'dgram', rpc_number: 300_019 };
  return service(id, { ...socket, ...attributes })
    .replace(/\tport = 0\n/, '')
    .replace(/\tbind = .*\n/, '');
}

function comes(daemon: Kinetd, ...lines: readonly string[]): Promise<true> {
  return until(() => (JSON.stringify(registered(daemon.pid)) === JSON.stringify([...lines].sort()) ? true : undefined));
}

test('each version is registered at the port of the service, as root’s, and taken away at the end', async (context) => {
  if (obstacle !== undefined) context.skip(obstacle);
  const text =
    rpc('one', { rpc_version: '2-4' }) +
    rpc('two', { rpc_version: 3, protocol: 'tcp', socket_type: 'stream', wait: 'no' });
  const holder = await startKinetd({ files: { 'x.conf': service('holder', {}) }, wrapper: networkWithRpcbind });
  const daemon = await startKinetd({
    files: { 'x.conf': text },
    wrapper: ['nsenter', '-t', `${holder.pid}`, '-n', '-m'],
  });
  const [one, two] = [await daemon.address('one'), await daemon.address('two')];
  const lines = [2, 3, 4].map((version) => `300019 ${version} udp ${one.port}`);
  await comes(holder, ...lines, `300019 3 tcp ${two.port}`);
  expect(new Set(ownersOf(holder.pid, 300_019))).toEqual(new Set(['superuser']));
  expect(await daemon.stop()).toBe(0);
  expect(registered(holder.pid)).toEqual([]);
});

test('a reload changes, adds and removes registrations, and repeats them for a portmapper that has forgotten', async (context) => {
  if (obstacle !== undefined) context.skip(obstacle);
  const daemon = await startKinetd({ files: { 'x.conf': rpc('one', { rpc_version: '2-3' }) }, wrapper: ownNetwork });
  const end = await startRpcbind(daemon.pid);
  const { port } = await daemon.address('one');
  await comes(daemon, `300019 2 udp ${port}`, `300019 3 udp ${port}`);
  daemon.write(
    'x.conf',
    rpc('one', { rpc_version: 3 }) + rpc('new', { rpc_version: 1, rpc_number: 300_020, port: 4711 }),
  );
  await daemon.reload();
  await comes(daemon, `300019 3 udp ${port}`, '300020 1 udp 4711');
  await end();
  await startRpcbind(daemon.pid);
  expect(registered(daemon.pid)).toEqual([]);
  daemon.write('x.conf', rpc('new', { rpc_version: 1, rpc_number: 300_020, port: 4712 }));
  await daemon.reload();
  await comes(daemon, '300020 1 udp 4712');
});

test('without a portmapper the service runs, one line says so, and it is registered when there is one', async (context) => {
  if (obstacle !== undefined) context.skip(obstacle);
  const text = rpc('one', { rpc_version: '1-2' }) + service('echo', {});
  const daemon = await startKinetd({ files: { 'x.conf': text }, wrapper: ownNetwork });
  await daemon.says(
    /error: pmap_set failed\. service=one program=300019 version=1 \(.*Connection refused\); it is tried again/,
  );
  await startRpcbind(daemon.pid);
  await daemon.says(/all RPC services are registered with the portmapper now/);
  expect(daemon.errors.match(/pmap_set/g)).toHaveLength(1);
  const { port } = await daemon.address('one');
  await comes(daemon, `300019 1 udp ${port}`, `300019 2 udp ${port}`);
  daemon.signal('SIGQUIT');
  await daemon.ended();
});
