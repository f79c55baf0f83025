/** sd_listen_fds(3): sockets that a supervisor has opened are those of the services, and what is no service's is closed. */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';

import { test as each, expect } from 'vitest';

import { passing } from '../../daemon/activation.ts';
import { open, talk, UdpClient } from '../../daemon/client.ts';
import { startDetached } from '../../daemon/detached.ts';
import { currentUser, Kinetd, service, startKinetd, testFolder } from '../../daemon/kinetd.ts';
import { fixedPort } from '../../daemon/ports.ts';
import { descriptors } from '../../daemon/processes.ts';
import { python, python3, shell } from '../../daemon/programs.ts';
import { talkUnix } from '../../daemon/unix-client.ts';
import { until } from '../../daemon/until.ts';

const test = each.skipIf(python3 === undefined);
const local = (port: number) => ({ host: '127.0.0.1', port });

function sockets(pid: number): number {
  return [...descriptors(pid).values()].filter((name) => name.startsWith('socket:')).length;
}

test('a socket at the address of a service is that of the service', async () => {
  const port = await fixedPort();
  const daemon = await startKinetd({
    files: { 'x.conf': service('echo', { port }) + service('own', {}) },
    wrapper: passing([{ port, name: 'kinetd.socket' }]),
  });
  expect((await talk(local(port), { send: 'x' })).text).toBe('x');
  expect((await talk(await daemon.address('own'), { send: 'y' })).text).toBe('y');
  expect(daemon.errors).not.toMatch(/bind failed|fits no service/);
});

test('a socket with the name of a service, in whatever case, is that of the service wherever it is bound', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': service('Echo', { port: 1 }) + service('other', {}) },
    wrapper: passing([{ name: 'eCHO', address: '127.0.0.3' }]),
  });
  const address = await daemon.address('Echo');
  expect(address.host).toBe('127.0.0.3');
  expect((await talk(address, { send: 'x' })).text).toBe('x');
});

test('two endpoints and two sockets of one name: each has the one at its address', async () => {
  const port = await fixedPort();
  const text = service('s', { port, bind: '127.0.0.1 127.0.0.2', server: '/usr/bin/env' });
  const wrapper = passing(['127.0.0.2', '127.0.0.1'].map((address) => ({ name: 's', address, port })));
  await startKinetd({ files: { 'x.conf': text }, wrapper });
  for (const host of ['127.0.0.1', '127.0.0.2']) {
    expect((await talk({ host, port })).text).toContain(`LOCAL_HOST=${host}\n`);
  }
});

test('a socket that fits nothing is closed with a warning, and no wider one is taken', async () => {
  const [port, wide] = [await fixedPort(), await fixedPort()];
  const daemon = await startKinetd({
    files: { 'x.conf': service('echo', { port: wide, bind: '127.0.0.1' }) + service('own', {}) },
    wrapper: passing([
      { port, name: 'stray' },
      { port: wide, address: '0.0.0.0', name: 'wide' },
      { port, type: 'dgram', name: 'echo' },
      { listening: false, name: 'echo' },
      { pipe: true, name: 'fifo' },
    ]),
  });
  const text = daemon.errors;
  expect(text).toMatch(new RegExp(`warning: the supervisor's socket 3 \\(stray\\), tcp 127.0.0.1:${port}, fits no`));
  expect(text).toMatch(new RegExp(`socket 4 \\(wide\\), tcp 0.0.0.0:${wide}, fits no service and is closed`));
  expect(text).toMatch(new RegExp(`socket 5 \\(echo\\), udp 127.0.0.1:${port}, fits no service and is closed`));
  expect(text).toMatch(/socket 6 \(echo\), tcp [\d.:]+ that does not listen, fits no service and is closed/);
  expect(text).toMatch(/descriptor 7 \(fifo\) of the supervisor is no socket that a service can have/);
  // It was in the way of bind(2) until it was closed.
  await daemon.says(/Service echo has its address now/);
  await expect(talk({ host: '127.0.0.2', port: wide })).rejects.toThrow('ECONNREFUSED');
});

test('what is meant for another process is left alone', async () => {
  const port = await fixedPort();
  const daemon = await startKinetd({
    files: { 'x.conf': service('echo', {}) },
    wrapper: passing([{ port }], '1'),
  });
  expect(daemon.errors).not.toMatch(/supervisor/);
  (await open(local(port))).close();
});

test('servers see nothing of it, neither variables nor descriptors', async () => {
  const port = await fixedPort();
  const program = shell('echo $LISTEN_FDS $LISTEN_PID $LISTEN_FDNAMES; ls /proc/self/fd | tr "\\n" " "\n');
  await startKinetd({
    files: { 'x.conf': service('s', { port, server: '@FOLDER@/program' }) + service('idle', {}), program },
    wrapper: passing([{ port, name: 's' }, { name: 'idle' }]),
  });
  // ls has the folder open as its 3.
  expect((await talk(local(port))).text).toBe('\n0 1 2 3 ');
});

test('a datagram socket of a wait service, and a Unix socket whose file stays', async () => {
  const port = await fixedPort();
  const path = join(testFolder(), 's');
  const answer = python('import socket\ns = socket.socket(fileno=0)\ns.sendto(b"got", s.recvfrom(9)[1])\n');
  const lines =
    `127.0.0.1:${port} dgram udp wait ${currentUser()} @FOLDER@/answer answer\n` +
    `${path} stream unix nowait ${currentUser()} /bin/cat cat\n`;
  const daemon = new Kinetd({
    files: { 'inetd.conf': `# kinetd: dialect debian\n${lines}`, answer },
    wrapper: passing([
      { type: 'dgram', port },
      { family: 'unix', path },
    ]),
  });
  await daemon.says(/Started working: 2/);
  const client = new UdpClient();
  await client.send(local(port), 'x');
  expect(await client.answer()).toBe('got');
  expect(await talkUnix(path, 'echo')).toBe('echo');
  expect(await daemon.stop()).toBe(0);
  expect(lstatSync(path).isSocket()).toBe(true);
});

test('a reload keeps them, and a service that was dropped gets its socket back', async () => {
  const port = await fixedPort();
  const text = service('echo', { port });
  const daemon = await startKinetd({
    files: { 'x.conf': text + service('other', {}) },
    wrapper: passing([{ port }]),
  });
  const before = sockets(daemon.pid);
  const client = await open(local(port));
  daemon.write('x.conf', service('other', {}));
  await daemon.reload();
  client.close();
  // The supervisor has it open still: who connects now waits.
  const waiting = await open(local(port));
  waiting.write('late');
  daemon.write('x.conf', text + service('other', {}));
  await daemon.reload();
  await waiting.receive(/late/);
  waiting.close();
  expect(daemon.errors).not.toMatch(/bind failed/);
  await until(() => sockets(daemon.pid) === before || undefined);
});

test('options of the service reach the socket', async () => {
  const port = await fixedPort();
  const options = `import socket\ns = socket.socket(fileno=0)\nprint(s.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY), s.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE), flush=True)\n`;
  await startKinetd({
    files: {
      'x.conf': service('s', { port, flags: 'NODELAY KEEPALIVE', server: '@FOLDER@/options' }),
      options: python(options),
    },
    wrapper: passing([{ port }]),
  });
  expect((await talk(local(port))).text).toBe('1 1\n');
});

test('cps pauses the service, and who comes then waits, since the supervisor keeps the port open', async () => {
  const port = await fixedPort();
  const daemon = await startKinetd({
    files: { 'x.conf': service('echo', { port, cps: '4 2' }) },
    wrapper: passing([{ port }]),
  });
  const burst = (): Promise<unknown> => Promise.all(Array.from({ length: 6 }, () => talk(local(port))));
  // On a slow machine six clients may take longer than a second.
  await until(async () => {
    await Promise.race([burst(), daemon.says(/Deactivating service echo/)]);
    return /Deactivating service echo/.test(daemon.errors) || undefined;
  });
  expect((await talk(local(port), { send: 'late' })).text).toBe('late');
  await daemon.says(/Activating service echo/);
});

test('a daemon that detaches takes them along', async () => {
  const port = await fixedPort();
  const { command, status } = await startDetached({
    files: { 'x.conf': service('named', { port: 1, server: '/usr/bin/env' }) },
    command: ['xinetd', '-f', '@FOLDER@/x.conf', '-pidfile', '@FOLDER@/pid', '-filelog', '@FOLDER@/log'],
    wrapper: passing([{ port, name: 'named' }]),
  });
  expect(status).toBe(0);
  expect((await talk(local(port))).text).not.toMatch(/LISTEN/);
  expect(command.read('log')).not.toMatch(/bind failed|fits no service/);
});
