/** A program that was there when the configuration was read and cannot be executed when a client comes. */
import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { open, talk, UdpClient } from '../../daemon/client.ts';
import { type Kinetd, service, startKinetd } from '../../daemon/kinetd.ts';
import { python, python3, shell } from '../../daemon/programs.ts';

const works = shell('echo works\n');

async function oneService(): Promise<Kinetd> {
  return startKinetd({ files: { 'x.conf': service('echo', { server: '@FOLDER@/server' }), server: works } });
}

/** The client sees the end of the connection; the log says which step failed and why, and START says nothing. */
async function refusesClient(daemon: Kinetd, reason: string): Promise<void> {
  expect((await talk(await daemon.address('echo'), { halfClose: false })).text).toBe('');
  const message = `service echo: execv( ${daemon.folder}/server ) failed: ${reason}`;
  await daemon.says(new RegExp(`^kinetd: error: ${message.replaceAll(/[().]/g, '\\$&')}$`, 'm'));
  await daemon.says(/^FAIL: echo exec from=127\.0\.0\.1$/m);
  expect(daemon.errors).not.toMatch(/^(START|EXIT)/m);
}

test('a program that has been removed: the client sees the end, the logs say why, and it is served when it is back', async () => {
  const daemon = await oneService();
  rmSync(join(daemon.folder, 'server'));
  await refusesClient(daemon, 'No such file or directory (errno = 2)');
  daemon.write('server', works);
  expect((await talk(await daemon.address('echo'))).text).toBe('works\n');
});

test('a program that may no longer be executed', async () => {
  const daemon = await oneService();
  chmodSync(join(daemon.folder, 'server'), 0o644);
  await refusesClient(daemon, 'Permission denied (errno = 13)');
});

test('a file that is no program', async () => {
  const daemon = await oneService();
  daemon.write('server', 'these are words\n');
  chmodSync(join(daemon.folder, 'server'), 0o755);
  await refusesClient(daemon, 'Exec format error (errno = 8)');
});

test('an interpreter that is not there', async () => {
  const daemon = await oneService();
  daemon.write('server', '#!/nonexistent/interpreter\n');
  await refusesClient(daemon, 'No such file or directory (errno = 2)');
});

test('it counts for nothing afterwards: instances = 1 lets the next client in', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': service('echo', { server: '@FOLDER@/server', instances: 1 }), server: works },
  });
  rmSync(join(daemon.folder, 'server'));
  await refusesClient(daemon, 'No such file or directory (errno = 2)');
  daemon.write('server', works);
  expect((await talk(await daemon.address('echo'))).text).toBe('works\n');
});

const answers = python(`
import socket
sock = socket.socket(fileno=0)
if sock.type == socket.SOCK_DGRAM:
    text, sender = sock.recvfrom(100)
    sock.sendto(text, sender)
else:
    client, _ = sock.accept()
    client.sendall(b"accepted")
`);

test.skipIf(python3 === undefined)(
  'services that wait try again after a while, without losing what is queued',
  async () => {
    const daemon = await startKinetd({
      files: {
        'x.conf':
          service('datagram', { socket_type: 'dgram', server: '@FOLDER@/server' }) +
          service('stream', { wait: 'yes', server: '@FOLDER@/server' }),
        server: answers,
      },
    });
    const [datagram, stream] = [await daemon.address('datagram'), await daemon.address('stream')];
    rmSync(join(daemon.folder, 'server'));
    const udp = new UdpClient();
    await udp.send(datagram, 'first');
    await udp.send(datagram, 'second');
    const tcp = await open(stream);
    await daemon.says(/^FAIL: datagram exec from=127\.0\.0\.1$/m);
    await daemon.says(/^FAIL: stream exec from=<no address>$/m);
    daemon.write('server', answers);
    expect([await udp.answer(), await udp.answer()]).toEqual(['first', 'second']);
    await tcp.receive(/accepted/);
    // A daemon that tried again at once would have failed very often by now.
    expect(daemon.errors.match(/^FAIL/gm)?.length).toBeLessThanOrEqual(4);
  },
);
