/** No more processes: a client is refused with the reason, and the daemon lives on. */
import { spawnSync } from 'node:child_process';

import { expect, test } from 'vitest';

import { talk, UdpClient } from '../../daemon/client.ts';
import { asNobody, isRoot, type Kinetd, service, startKinetd } from '../../daemon/kinetd.ts';
import { limitDaemon } from '../../daemon/limits.ts';
import { python, python3 } from '../../daemon/programs.ts';

const havePrlimit = spawnSync('prlimit', ['--version']).status === 0;

const wrapper = isRoot ? asNobody : [];

/** Root's processes are not counted, so the daemon is an ordinary user's in any case. */
function start(text: string, files: Readonly<Record<string, string>> = {}): Promise<Kinetd> {
  return startKinetd({ files: { 'x.conf': text, ...files }, wrapper });
}

const user = isRoot ? { user: 'nobody' } : {};

test.runIf(havePrlimit)('a connection ends, FAIL says fork, and the next one is served', async () => {
  const daemon = await start(service('echo', user));
  const address = await daemon.address('echo');
  limitDaemon(daemon.pid, 'nproc', 1, wrapper);
  expect((await talk(address, { halfClose: false })).text).toBe('');
  await daemon.says(/^FAIL: echo fork from=127\.0\.0\.1$/m);
  await daemon.says(
    /error: service echo: vfork\( \/bin\/cat \) failed: Resource temporarily unavailable \(errno = 11\)$/m,
  );
  limitDaemon(daemon.pid, 'nproc', undefined, wrapper);
  expect((await talk(address, { send: 'x' })).text).toBe('x');
});

test.runIf(havePrlimit && python3 !== undefined)('a datagram stays queued until a server can be started', async () => {
  const server = python(`
import socket
sock = socket.socket(fileno=0)
text, sender = sock.recvfrom(100)
sock.sendto(text, sender)
`);
  const entry = service('echo', { socket_type: 'dgram', server: '@FOLDER@/server', ...user });
  const daemon = await start(entry, { server });
  const address = await daemon.address('echo');
  limitDaemon(daemon.pid, 'nproc', 1, wrapper);
  const client = new UdpClient();
  await client.send(address, 'patient');
  await daemon.says(/^FAIL: echo fork from=127\.0\.0\.1$/m);
  limitDaemon(daemon.pid, 'nproc', undefined, wrapper);
  expect(await client.answer()).toBe('patient');
});
