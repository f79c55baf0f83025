/** rate_limit, rate_limit_source, rate_limit_network: who comes too often is refused, and the port stays open. */
import { expect, test } from 'vitest';

import { type Address, talk } from '../../daemon/client.ts';
import { type Kinetd, service, startKinetd } from '../../daemon/kinetd.ts';
import { until } from '../../daemon/until.ts';

/** How many of so many clients, one after the other, are answered. */
async function answered(address: Address, clients: number, from = '127.0.0.1'): Promise<number> {
  let answers = 0;
  for (let client = 0; client < clients; client++) {
    if ((await talk(address, { send: 'x', from })).text === 'x') answers++;
  }
  return answers;
}

function failures(daemon: Kinetd, reason: string): number {
  return daemon.errors.match(new RegExp(`^FAIL: \\S+ ${reason} from=`, 'gm'))?.length ?? 0;
}

async function start(attributes: Readonly<Record<string, string>>): Promise<{ daemon: Kinetd; address: Address }> {
  const text = service('echo', { cps: '0 0', bind: '0.0.0.0', ...attributes });
  const daemon = await startKinetd({ files: { 'x.conf': text } });
  const { port } = await daemon.address('echo');
  return { daemon, address: { host: '127.0.0.1', port } };
}

test('rate_limit: so many are served, the others get FAIL alone, and the port stays open', async () => {
  const { daemon, address } = await start({ rate_limit: '1/d burst 3' });
  expect(await answered(address, 10)).toBe(3);
  await until(() => failures(daemon, 'rate_limit') === 7 || undefined);
  expect(daemon.errors.match(/^START: /gm)).toHaveLength(3);
  expect(daemon.errors).not.toContain('Deactivating');
});

test('rate_limit: as soon as the rate has room the next is served', async () => {
  const { daemon, address } = await start({ rate_limit: '5/s burst 1' });
  await answered(address, 1);
  let answers = 0;
  while (answers === 0) answers = await answered(address, 1);
  expect(daemon.errors).not.toContain('Deactivating');
});

test('rate_limit_source: another client is served', async () => {
  const { daemon, address } = await start({ rate_limit_source: '1/d burst 2' });
  expect(await answered(address, 5)).toBe(2);
  expect(await answered(address, 5, '127.0.0.2')).toBe(2);
  await daemon.says(/^FAIL: echo rate_limit_source from=127\.0\.0\.2$/m);
  await until(() => failures(daemon, 'rate_limit_source') === 6 || undefined);
});

test('rate_limit_network: another network is served, and prefix says what a network is', async () => {
  const { daemon, address } = await start({ rate_limit_network: '1/d burst 2 prefix 16 64' });
  expect(await answered(address, 2, '127.0.0.2')).toBe(2);
  expect(await answered(address, 2, '127.0.77.3')).toBe(0);
  expect(await answered(address, 3, '127.1.0.1')).toBe(2);
  await daemon.says(/^FAIL: echo rate_limit_network from=127\.1\.0\.1$/m);
});

test('a client that is over its rate cannot close the port for others with cps', async () => {
  const { daemon, address } = await start({ cps: '5 60', rate_limit_source: '1/d' });
  expect(await answered(address, 30)).toBe(1);
  expect(await answered(address, 1, '127.0.0.2')).toBe(1);
  expect(daemon.errors).not.toContain('Deactivating');
});

test('a reload that leaves the rates as they are forgets nobody, and another rate begins anew', async () => {
  const { daemon, address } = await start({ rate_limit_source: '1/d' });
  expect(await answered(address, 1)).toBe(1);
  daemon.write('x.conf', daemon.read('x.conf').replace('/bin/cat', '/bin/cat\n\tnice = 1'));
  await daemon.reload();
  expect(await answered(address, 1)).toBe(0);
  daemon.write('x.conf', daemon.read('x.conf').replace('1/d', '2/d'));
  await daemon.reload();
  expect(await answered(address, 3)).toBe(2);
});

test('what stands in defaults holds for each service by itself, and UNLIMITED takes it away', async () => {
  const daemon = await startKinetd({
    files: {
      'x.conf': `defaults\n{\n\trate_limit_source = 1/d\n}\n${service('one', {})}${service('two', {})}${service(
        'three',
        {
          rate_limit_source: 'unlimited',
        },
      )}`,
    },
  });
  expect(await answered(await daemon.address('one'), 3)).toBe(1);
  expect(await answered(await daemon.address('two'), 3)).toBe(1);
  expect(await answered(await daemon.address('three'), 3)).toBe(3);
});

test('starts_per_minute: who comes over it is closed, and the port rests until the minute has room', async () => {
  const { daemon, address } = await start({ starts_per_minute: '2' });
  expect(await answered(address, 3)).toBe(2);
  await daemon.says(/echo\/tcp server failing \(looping\), service rests for \d+ seconds$/m);
  expect(daemon.errors).not.toContain('Deactivating');
  // The kernel takes connections meanwhile, and nobody answers them.
  expect(daemon.errors.match(/^START: /gm)).toHaveLength(2);
});
