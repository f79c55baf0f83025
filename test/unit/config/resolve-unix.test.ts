/** A Unix socket of an inetd.conf as an endpoint: path, mode, owner, and what cannot be. */
import { expect, test } from 'vitest';

import { inetdDialects } from '../../../src/config/definition.ts';
import { load, type ServiceTable } from '../../../src/config/mod.ts';
import { fakeSystem, type Machine } from './fake-system.ts';
import { memoryFiles } from './memory-files.ts';

function table(
  text: string,
  dialect: (typeof inetdDialects)[number] = 'freebsd',
  machine: Machine = {},
): Promise<ServiceTable> {
  return load({ paths: ['/i'], dialect }, fakeSystem(machine), memoryFiles({ '/i': text }));
}

const rest = 'unix nowait root /bin/cat cat\n';

test('the owner and the mode of the line are those of the file', async () => {
  const { entries } = await table(`:alice:staff:0640:/run/s stream ${rest}`);
  expect(entries).toMatchObject([
    {
      id: '/run/s',
      state: 'ready',
      service: {
        socketType: 'stream',
        protocol: { name: 'unix', number: 0 },
        endpoints: [{ family: 'unix', address: '/run/s', port: 0, mode: 0o640, uid: 1000, gid: 50 }],
      },
    },
  ]);
});

test('what the line does not say is the dialect of the file', async () => {
  const modes = { debian: 0o666, openbsd: 0o666, freebsd: 0o200, netbsd: 0o755, busybox: 0o755 };
  for (const [dialect, mode] of Object.entries(modes)) {
    const known = inetdDialects.find((name) => name === dialect);
    const { entries } = await table(`/run/s stream ${rest}`, known);
    expect([dialect, entries]).toMatchObject([
      dialect,
      [{ state: 'ready', service: { endpoints: [{ mode, uid: undefined, gid: undefined }] } }],
    ]);
  }
});

test('seqpacket and dgram are possible, raw is not', async () => {
  const { entries } = await table(
    `/a seqpacket ${rest}/b dgram unix wait root /bin/cat cat\n/c raw ${rest}/d dgram ${rest}`,
  );
  expect(entries.map(({ id, state }) => [id, state])).toEqual([
    ['/a', 'ready'],
    ['/b', 'ready'],
    ['/c', 'refused'],
    ['/d', 'refused'],
  ]);
});

test.each([
  ['an unknown owner', ':nosuch:staff:600:/run/s', {}, 'unknown-user'],
  ['an unknown group', ':root:nosuch:600:/run/s', {}, 'unknown-group'],
  ['a path that no address holds', `/${'x'.repeat(107)}`, {}, 'bad-address'],
  ['an owner that only root can give', ':root:root:600:/run/s', { uid: 1000, gid: 1001 }, 'needs-root'],
])('%s refuses the service', async (_, path, machine, code) => {
  const user = 'uid' in machine ? 'alice' : 'root';
  const { entries, diagnostics } = await table(`${path} stream unix nowait ${user} /bin/cat cat\n`, 'freebsd', machine);
  expect([entries.map(({ state }) => state), diagnostics.map((found) => found.code)]).toEqual([['refused'], [code]]);
});

test('a path of 107 bytes fits', async () => {
  const { entries } = await table(`/${'x'.repeat(106)} stream ${rest}`);
  expect(entries).toMatchObject([{ state: 'ready' }]);
});

test('two lines cannot have one path', async () => {
  const { entries, diagnostics } = await table(
    `/run/s stream ${rest}/run/s dgram unix wait root /bin/cat cat\n/run/t stream ${rest}`,
  );
  expect(entries.map(({ state }) => state)).toEqual(['ready', 'refused', 'ready']);
  expect(diagnostics).toMatchObject([
    { code: 'duplicate-address', message: expect.stringMatching(/^\/run\/s belongs to/) },
  ]);
});
