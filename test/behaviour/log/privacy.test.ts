/** `address_privacy`: the whole address of a client is in nothing that is kept. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { open, talk } from '../../daemon/client.ts';
import { type Kinetd, service, startKinetd, testFolder } from '../../daemon/kinetd.ts';
import { canMount, withEtc } from '../../daemon/mounts.ts';

/** Something that no other line has. */
const client = '127.66.77.88';

const file = { log_type: 'FILE @FOLDER@/log', log_on_success: 'HOST EXIT', log_on_failure: 'HOST' };

function configuration(privacy: string): string {
  const own = { ...file, address_privacy: privacy };
  return (
    service('cat', own) +
    service('json', { ...own, log_format: 'json' }) +
    service('closed', { ...own, only_from: '192.0.2.1' }) +
    service('wrapped', { ...own, libwrap: 'wrapped' }) +
    service('loaded', { ...own, max_load: 0.000_001 }) +
    service('sensor', { ...own, flags: 'SENSOR', deny_time: 'FOREVER' })
  );
}

/** Everything that is kept when the client has been everywhere. */
async function kept(privacy: string): Promise<string> {
  const hosts = testFolder();
  writeFileSync(join(hosts, 'hosts.deny'), 'wrapped: ALL\n');
  const daemon: Kinetd = await startKinetd({
    files: { 'x.conf': configuration(privacy) },
    command: ['kinetd', 'run', '--debug', '-f', '@FOLDER@/x.conf', '--dump-file', '@FOLDER@/dump'],
    wrapper: withEtc(hosts, testFolder()),
  });
  const from = { from: client };
  for (const id of ['closed', 'wrapped', 'loaded']) await talk(await daemon.address(id), from);
  for (const id of ['cat', 'json']) await talk(await daemon.address(id), { ...from, send: 'x' });
  const held = await open(await daemon.address('cat'), client);
  held.write('x');
  await held.receive(/x/);
  daemon.signal('SIGUSR1');
  await daemon.file('dump', /remote_address/);
  await talk(await daemon.address('sensor'), from);
  await daemon.says(/Adding \S+ to the global_no_access list/);
  await daemon.says(/libwrap refused connection to wrapped/);
  held.socket.destroy();
  for (const line of [/EXIT: cat/, /"event":"exit"/, /FAIL: closed/, /FAIL: wrapped/]) await daemon.file('log', line);
  return daemon.errors + daemon.read('log') + daemon.read('dump');
}

test.runIf(canMount)('network: the block is in every place, and the address in none', async () => {
  const text = await kept('network');
  expect(text).not.toContain(client);
  expect(text).toMatch(/^.*START: cat from=127\.66\.77\.0\/24$/m);
  expect(text).toContain('"event":"start","address":"127.66.77.0/24"');
  expect(text).toContain('FAIL: closed address from=127.66.77.0/24');
  expect(text).toMatch(/libwrap refused connection to wrapped .* from 127\.66\.77\.0\/24/);
  expect(text).toMatch(/remote_address = 127\.66\.77\.0\/24,\d+/);
  expect(text).toContain('Adding 127.66.77.0/24 to the global_no_access list');
});

test.runIf(canMount)('hash: one text for one address in every place, and another with each daemon', async () => {
  const [one, two] = [await kept('hash'), await kept('hash')];
  const hashes = [one, two].map((text) => {
    expect(text).not.toContain(client);
    expect(text).not.toContain('127.66.77');
    return new Set([...text.matchAll(/#[\w-]{12}(?![\w-])/g)].map(([hash]) => hash));
  });
  expect(hashes.map(({ size }) => size)).toEqual([1, 1]);
  expect([...(hashes[0] ?? [])]).not.toEqual([...(hashes[1] ?? [])]);
});

test.runIf(canMount)('full: the address itself', async () => {
  expect((await kept('full')).split(client).length).toBeGreaterThan(6);
});

test('the program is told the whole address', async () => {
  const daemon = await startKinetd({
    files: {
      'x.conf': service('show', { ...file, address_privacy: 'hash', server: '/usr/bin/env' }),
    },
  });
  expect((await talk(await daemon.address('show'), { from: client })).text).toContain(`REMOTE_HOST=${client}\n`);
  await daemon.file('log', /START: show from=#/);
});
