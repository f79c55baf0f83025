/** flags = SENSOR: who touches the port is refused by every service for deny_time. */
import { expect, test } from 'vitest';

import { talk, UdpClient } from '../../daemon/client.ts';
import { type Kinetd, service, startKinetd } from '../../daemon/kinetd.ts';

const trap = (attributes: Readonly<Record<string, string>>): string =>
  `service trap\n{\n${Object.entries({
    type: 'UNLISTED',
    flags: 'SENSOR',
    socket_type: 'stream',
    protocol: attributes['socket_type'] === 'dgram' ? 'udp' : 'tcp',
    wait: 'no',
    port: '0',
    bind: '127.0.0.1',
    ...attributes,
  })
    .map(([name, value]) => `\t${name} = ${value}`)
    .join('\n')}\n}\n`;

async function serves(daemon: Kinetd, from: string): Promise<boolean> {
  return (await talk(await daemon.address('echo'), { send: 'x', from })).text === 'x';
}

async function touch(daemon: Kinetd, from: string): Promise<void> {
  expect((await talk(await daemon.address('trap'), { from })).text).toBe('');
}

test('a touch is logged, and its client is refused everywhere, also after a reload', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': trap({ deny_time: '60' }) + service('echo', {}) } });
  expect(await serves(daemon, '127.0.0.2')).toBe(true);
  await touch(daemon, '127.0.0.2');
  await daemon.says(/^FAIL: trap address from=127\.0\.0\.2$/m);
  await daemon.says(/^kinetd: critical: Adding 127\.0\.0\.2 to the global_no_access list for 60 minutes$/m);
  expect([await serves(daemon, '127.0.0.2'), await serves(daemon, '127.0.0.1')]).toEqual([false, true]);
  await daemon.says(/^FAIL: echo address from=127\.0\.0\.2$/m);
  await daemon.reload();
  expect([await serves(daemon, '127.0.0.2'), await serves(daemon, '127.0.0.1')]).toEqual([false, true]);
});

test.each([
  ['FOREVER', /list for -1 minutes$/m, false],
  ['NEVER', /^FAIL: trap address from=127\.0\.0\.2$/m, true],
] as const)('deny_time = %s', async (time, said, served) => {
  const daemon = await startKinetd({ files: { 'x.conf': trap({ deny_time: time }) + service('echo', {}) } });
  await touch(daemon, '127.0.0.2');
  await daemon.says(said);
  expect(await serves(daemon, '127.0.0.2')).toBe(served);
});

test('without deny_time a touch is only logged, and the lists of a sensor shield nobody from it', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': trap({ no_access: '127.0.0.3', only_from: '127.0.0.1' }) + service('echo', {}) },
  });
  await touch(daemon, '127.0.0.3');
  await daemon.says(/^FAIL: trap address from=127\.0\.0\.3$/m);
  expect(await serves(daemon, '127.0.0.3')).toBe(true);
});

test('a datagram is a touch too, and the next one is looked at', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': trap({ socket_type: 'dgram', deny_time: '1' }) + service('echo', {}) },
  });
  const address = await daemon.address('trap');
  for (const from of ['127.0.0.2', '127.0.0.3']) await new UdpClient('udp4', from).send(address, 'x');
  await daemon.says(/Adding 127\.0\.0\.3 to the global_no_access list for 1 minutes/);
  expect([await serves(daemon, '127.0.0.2'), await serves(daemon, '127.0.0.3')]).toEqual([false, false]);
});
