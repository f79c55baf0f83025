/** Where a service listens: several addresses, network devices, and the flags that go with them. */
import { networkInterfaces } from 'node:os';

import { expect } from 'vitest';

import { entry } from './entry.ts';
import { difference, same, sharedPair } from './pair.ts';
import type { Needs } from './programs.ts';
import type { Side } from './side.ts';

const needs: Needs = { personality: 'xinetd' };
const needs6: Needs = { ...needs, ipv6: true };

/** One that the loopback addresses are not reached through, if the machine has one. */
const other = Object.keys(networkInterfaces()).find((name) => name !== 'lo');

const pair = sharedPair(needs, () => ({
  personality: 'xinetd',
  files: {
    'xinetd.conf': [
      entry('two', { bind: '127.0.0.1 127.0.0.3' }),
      entry('mixed', { bind: '127.0.0.1 ::1' }),
      entry('lo', { bind: undefined, interface: 'lo' }),
      entry('other', { bind: other ?? '192.0.2.1' }),
      entry('six', { bind: undefined, flags: 'IPv6' }),
      entry('sixonly', { bind: undefined, flags: 'IPv6', v6only: 'yes' }),
      entry('four', { bind: undefined, flags: 'IPv4' }),
      entry('both', { bind: undefined, flags: 'IPv4 IPv6' }),
      entry('wild4', { bind: '0.0.0.0' }),
      entry('wild6', { bind: '::' }),
    ].join('\n'),
  },
}));

type Fate = Awaited<ReturnType<Side['fares']>>;

async function fates(id: string, ...hosts: string[]): Promise<{ debian: Fate[]; kinetd: Fate[] }> {
  return pair.both((side) => Promise.all(hosts.map((host) => side.fares(id, host))));
}

async function alike(id: string, expected: Readonly<Record<string, Fate>>): Promise<void> {
  const { debian, kinetd } = await fates(id, ...Object.keys(expected));
  expect(debian).toEqual(Object.values(expected));
  expect(kinetd).toEqual(debian);
}

same(needs6, 'the flags IPv4 and IPv6, alone and together, and v6only', async () => {
  await alike('four', { '127.0.0.1': 'served', '::1': 'no port' });
  await alike('six', { '127.0.0.1': 'served', '::1': 'served' });
  await alike('sixonly', { '127.0.0.1': 'no port', '::1': 'served' });
  await alike('both', { '127.0.0.1': 'served', '::1': 'served' });
});

same(needs6, 'bind with the address that is all of a family', async () => {
  await alike('wild4', { '127.0.0.1': 'served', '::1': 'no port' });
  await alike('wild6', { '127.0.0.1': 'served', '::1': 'served' });
});

difference(needs6, 'several addresses in bind are what is listened on, and nothing else', async () => {
  const hosts = ['127.0.0.1', '127.0.0.2', '127.0.0.3', '::1'];
  expect(await fates('two', ...hosts)).toEqual({
    debian: ['served', 'served', 'served', 'served'],
    kinetd: ['served', 'no port', 'served', 'no port'],
  });
  expect((await fates('mixed', ...hosts)).kinetd).toEqual(['served', 'no port', 'no port', 'served']);
});

difference(needs6, 'a network device in bind is every address that clients reach through it', async () => {
  expect(await fates('lo', '127.0.0.1', '127.0.0.2', '::1')).toEqual({
    debian: ['no port', 'no port', 'no port'],
    kinetd: ['served', 'served', 'served'],
  });
  expect((await fates('other', '127.0.0.1')).kinetd).toEqual(['no port']);
});
