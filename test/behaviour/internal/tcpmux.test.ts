/** tcpmux (RFC 1078): one port, and behind it the services of type TCPMUX and TCPMUXPLUS, and no others. */
import { expect, type TestContext, test } from 'vitest';

import { open, talk } from '../../daemon/client.ts';
import { isRoot, type Kinetd, service, startKinetd } from '../../daemon/kinetd.ts';
import { statusField } from '../../daemon/processes.ts';
import { shell } from '../../daemon/programs.ts';
import { until } from '../../daemon/until.ts';
import { internal } from './entry.ts';
import { workerOf } from './worker.ts';

type Attributes = Readonly<Record<string, string | number>>;

/** A service behind tcpmux. */
function behind(name: string, attributes: Attributes = {}): string {
  const text = service(name, { type: 'TCPMUXPLUS UNLISTED', ...attributes });
  return text.replace(/\t(port|bind) = .*\n/g, '');
}

function start(...entries: readonly string[]): Promise<Kinetd> {
  const plain = shell("printf '+mine\\r\\n'; exec cat\n");
  return startKinetd({ files: { 'x.conf': internal('tcpmux') + entries.join(''), plain } });
}

test('+Go, and then the service, which gets everything behind the line', async () => {
  const daemon = await start(behind('cat'));
  const address = await daemon.address('tcpmux');
  expect((await talk(address, { send: 'cat\r\nfirst\nsecond' })).text).toBe('+Go\r\nfirst\nsecond');
  expect(await daemon.says(/^START: cat pid=(\d+) from=127\.0\.0\.1$/m)).toBeDefined();
  await daemon.says(/^EXIT: cat status=0/m);
  await daemon.says(/^START: tcpmux pid=\d+ from=127\.0\.0\.1$/m);
  await daemon.says(/^EXIT: tcpmux status=0/m);
});

test('a service of type TCPMUX says +Go itself', async () => {
  const daemon = await start(behind('plain', { type: 'TCPMUX UNLISTED', server: '@FOLDER@/plain' }));
  expect((await talk(await daemon.address('tcpmux'), { send: 'plain\r\nx' })).text).toBe('+mine\r\nx');
});

test('the name counts in any case, the line may come in pieces and end in LF', async () => {
  const daemon = await start(behind('cat'));
  const connection = await open(await daemon.address('tcpmux'));
  for (const piece of ['C', 'a', 'T']) {
    connection.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  connection.write('\nx');
  await connection.receive(/^\+Go\r\nx$/);
});

test('what is not there, or is not behind tcpmux, is not found', async () => {
  const daemon = await start(behind('cat'), service('secret', {}));
  const address = await daemon.address('tcpmux');
  for (const name of ['nothing', 'secret', 'tcpmux']) {
    expect(await talk(address, { send: `${name}\r\n` })).toEqual({ text: '-Service name not found\r\n', reset: false });
  }
  await daemon.says(/(EXIT: tcpmux.*){3}/s);
  expect(daemon.errors).not.toMatch(/START: (cat|secret)/);
});

test('help lists the services behind tcpmux', async () => {
  const daemon = await start(behind('cat'), behind('dog', { type: 'TCPMUX UNLISTED' }), service('secret', {}));
  expect((await talk(await daemon.address('tcpmux'), { send: 'HELP\r\n' })).text).toBe('cat\r\ndog\r\n');
});

test('a line that is too long, or is none, ends the connection', async () => {
  const daemon = await start(behind('cat'));
  const address = await daemon.address('tcpmux');
  for (const send of ['x'.repeat(5000), `${'x'.repeat(300)}\r\n`, '\r\n', 'two words\r\n', 'cat', '\x00\x01\r\n']) {
    expect((await talk(address, { send })).text).toBe('');
  }
});

test('access and limits are those of the service, and its log tells', async () => {
  const daemon = await start(behind('cat', { only_from: '127.0.0.2', instances: 1 }));
  const address = await daemon.address('tcpmux');
  expect((await talk(address, { send: 'cat\r\n' })).text).toBe('-Service not available\r\n');
  await daemon.says(/^FAIL: cat address from=127\.0\.0\.1$/m);
  const first = await open(address, '127.0.0.2');
  first.write('cat\r\n');
  await first.receive(/\+Go/);
  expect((await talk(address, { send: 'cat\r\n', from: '127.0.0.2' })).text).toBe('-Service not available\r\n');
  await daemon.says(/^FAIL: cat service_limit from=127\.0\.0\.2$/m);
  first.socket.end();
  await daemon.says(/^EXIT: cat/m);
  expect((await talk(address, { send: 'cat\r\nx', from: '127.0.0.2' })).text).toBe('+Go\r\nx');
});

test('the service runs as its own user', async (context: TestContext) => {
  context.skip(!isRoot, 'needs root: changes ids');
  const daemon = await start(behind('cat', { user: 'nobody' }));
  const connection = await open(await daemon.address('tcpmux'));
  connection.write('cat\r\n');
  await connection.receive(/\+Go/);
  const [, pid] = await daemon.says(/^START: cat pid=(\d+)/m);
  expect(statusField(Number(pid), 'Uid')).toMatch(/^65534\t/);
});

test('an internal service may be behind tcpmux', async () => {
  const echo = internal('echo', { type: 'INTERNAL TCPMUXPLUS UNLISTED' }).replace(/\t(port|bind) = .*\n/g, '');
  const daemon = await start(echo);
  expect((await talk(await daemon.address('tcpmux'), { send: 'echo\r\nx' })).text).toBe('+Go\r\nx');
});

test('the death of the worker loses who has not said what he wants, and nobody who is served', async () => {
  const daemon = await start(behind('cat'));
  const address = await daemon.address('tcpmux');
  const [served, silent] = [await open(address), await open(address)];
  served.write('cat\r\n');
  await served.receive(/\+Go/);
  await daemon.says(/^START: cat pid=\d+/m);
  silent.write('ca');
  await until(() => ((daemon.errors.match(/START: tcpmux/g)?.length ?? 0) === 2 ? true : undefined));
  process.kill(await workerOf(daemon), 'SIGKILL');
  expect(await silent.closed()).toBe('');
  served.socket.end('x');
  expect(await served.closed()).toBe('+Go\r\nx');
});

test('services and servers list what there is, to those who may', async () => {
  const daemon = await startKinetd({
    files: {
      'x.conf':
        internal('services') + internal('servers') + service('cat', {}) + internal('echo', { socket_type: 'dgram' }),
    },
  });
  const cat = await daemon.address('cat');
  const connection = await open(cat);
  const [, pid] = await daemon.says(/^START: cat pid=(\d+)/m);
  const { text } = await talk(await daemon.address('services'));
  expect(text.split('\n')).toContain(`cat tcp ${cat.port}`);
  expect(text.split('\n')).toContain(`echo udp ${(await daemon.address('echo')).port}`);
  expect((await talk(await daemon.address('servers'))).text).toBe(`cat pid=${pid} from=127.0.0.1\n`);
  connection.close();
});
