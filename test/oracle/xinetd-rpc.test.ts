/** RPC services: what Debian's rpcbind is told. Each daemon has a network of its own with a portmapper in it. */
import { expect } from 'vitest';

import {
  networkWithRpcbind,
  ownNetwork,
  registered,
  rpcbindObstacle,
  startRpcbind,
  witness,
} from '../daemon/rpcbind.ts';
import { alive, until } from '../daemon/until.ts';
import { entry, loggingDefaults } from './entry.ts';
import { compare, difference, type PairOptions, same } from './pair.ts';
import type { Needs } from './programs.ts';

const needs: Needs = { personality: 'xinetd', root: true, mounts: true, obstacle: rpcbindObstacle };

/** Two programs, by number and by name, over both protocols. */
const one = rpc('one', { rpc_version: '2-4', rpc_number: 300_019 });
const two = rpc('two', { rpc_version: 1, rpc_number: 300_020, socket_type: 'stream', protocol: 'tcp', wait: 'no' });
const quotas = rpc('rquotad', { type: 'RPC', rpc_version: 1 });

function rpc(id: string, attributes: Readonly<Record<string, string | number>>): string {
  const socket = { type: 'RPC UNLISTED', socket_type: 'dgram', protocol: 'udp', wait: 'yes', flags: 'IPv4 NOLIBWRAP' };
  return entry(id, { ...socket, port: undefined, bind: undefined, ...attributes });
}

function options(world: readonly string[], text: string): PairOptions {
  const shell = `exec ${world.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')} setpriv --pdeathsig KILL "$@"`;
  return { personality: 'xinetd', shell, files: { 'xinetd.conf': loggingDefaults + entry('s') + text } };
}

/** Registrations without the ports, which the kernel chooses. */
function programs(pid: number): readonly string[] {
  return registered(pid).map((line) => line.replace(/ \d+$/, ''));
}

same(needs, 'an RPC service is registered for each version, and taken away by SIGTERM', async () => {
  const { debian, kinetd } = await compare(options(networkWithRpcbind, one + two + quotas), async (side) => {
    await until(() => (programs(side.pid).length === 5 ? true : undefined));
    const during = programs(side.pid);
    const pid = await witness(side.pid);
    side.signal('SIGTERM');
    await side.ended;
    return { during, after: programs(pid) };
  });
  const during = ['100011 1 udp', '300019 2 udp', '300019 3 udp', '300019 4 udp', '300020 1 tcp'];
  expect(debian).toEqual({ during, after: [] });
  expect(kinetd).toEqual(debian);
});

same(needs, 'a reload changes versions, and takes away what goes', async () => {
  const { debian, kinetd } = await compare(options(networkWithRpcbind, one + two), async (side) => {
    await until(() => (programs(side.pid).length === 4 ? true : undefined));
    const after = rpc('one', { rpc_version: '3-5', rpc_number: 300_019 }) + quotas;
    side.write('xinetd.conf', loggingDefaults + entry('s') + after);
    await side.reload();
    await until(() =>
      programs(side.pid).join() === '100011 1 udp,300019 3 udp,300019 4 udp,300019 5 udp' ? true : undefined,
    );
    return programs(side.pid);
  });
  expect(kinetd).toEqual(debian);
});

difference(needs, 'without a portmapper an RPC service runs, and is registered when there is one', async () => {
  const { debian, kinetd } = await compare(options(ownNetwork, one), async (side) => {
    await startRpcbind(side.pid);
    if (side.name === 'kinetd') await until(() => (programs(side.pid).length === 3 ? true : undefined));
    return [programs(side.pid).length, alive(side.pid), /Service one failed to start/.test(side.read('daemon.log'))];
  });
  expect(debian).toEqual([0, true, true]);
  expect(kinetd).toEqual([3, true, false]);
});
