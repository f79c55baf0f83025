/** cps = N W: more than N connections a second close the port for W seconds. */
import { expect, test } from 'vitest';

import { type Address, open, talk } from '../../daemon/client.ts';
import { type Kinetd, service, startKinetd } from '../../daemon/kinetd.ts';
import { fixedPort } from '../../daemon/ports.ts';
import { until } from '../../daemon/until.ts';

/** Connects until the port is closed. */
async function trip(address: Address): Promise<void> {
  await until(() =>
    talk(address).then(
      () => undefined,
      () => true,
    ),
  );
}

function failures(daemon: Kinetd): number {
  return daemon.errors.match(/^FAIL: /gm)?.length ?? 0;
}

test('the port closes, says so, and comes back with the same number', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', { cps: '2 2', port: await fixedPort() }) } });
  const address = await daemon.address('echo');
  await trip(address);
  await daemon.says(/^FAIL: echo connections per second from=127\.0\.0\.1$/m);
  await daemon.says(
    /error: Deactivating service echo due to excessive incoming connections\. {2}Restarting in 2 seconds\.$/m,
  );
  expect(failures(daemon)).toBe(1);
  await daemon.says(/Activating service echo$/m);
  expect((await talk(address, { send: 'back' })).text).toBe('back');
});

test('servers that run go on, and still count when the port comes back', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': service('echo', { cps: '2 1', instances: 1, port: await fixedPort() }) },
  });
  const address = await daemon.address('echo');
  const first = await open(address);
  first.write('x');
  await first.receive(/x/);
  await trip(address);
  await daemon.says(/Activating service echo$/m);
  first.write('y');
  await first.receive(/xy/);
  const before = daemon.errors.length;
  await talk(address);
  await until(() => (daemon.errors.slice(before).includes('FAIL: echo service_limit') ? true : undefined));
  first.close();
  await daemon.says(/^EXIT: echo /m);
  expect((await talk(address, { send: 'z' })).text).toBe('z');
});

test('only the busy service pauses', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('busy', { cps: '1 60' }) + service('calm', {}) } });
  await trip(await daemon.address('busy'));
  await daemon.says(/Deactivating service busy/);
  expect((await talk(await daemon.address('calm'), { send: 'x' })).text).toBe('x');
});

test('a client that only_from refuses uses up nothing of cps', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': service('echo', { cps: '2 60', bind: '0.0.0.0', no_access: '127.0.0.2' }) },
  });
  const { port } = await daemon.address('echo');
  const address = { host: '127.0.0.1', port };
  for (let attempt = 0; attempt < 10; attempt++) await talk(address, { from: '127.0.0.2' });
  expect((await talk(address, { send: 'x' })).text).toBe('x');
  expect(daemon.errors).not.toContain('Deactivating');
});

test('a daemon that is stopped while a port pauses ends at once', async () => {
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', { cps: '1 3600' }) } });
  await trip(await daemon.address('echo'));
  await daemon.says(/Restarting in 3600 seconds/);
  expect(await daemon.stop()).toBe(0);
});

test('a reload while a port pauses leaves the pause to its time', async () => {
  const text = service('echo', { cps: '1 2', port: await fixedPort() });
  const daemon = await startKinetd({ files: { 'x.conf': text } });
  const address = await daemon.address('echo');
  await trip(address);
  await daemon.says(/Restarting in 2 seconds/);
  daemon.write('x.conf', text.replace('/bin/cat', '/bin/pwd'));
  await daemon.reload();
  await daemon.says(/Activating service echo$/m);
  expect((await talk({ ...address })).text).toBe('/\n');
});
