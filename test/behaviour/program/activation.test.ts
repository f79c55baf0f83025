/** socket_passing = activation: programs that are written for socket units of systemd (sd_listen_fds) serve unchanged. */
import { test as each, expect } from 'vitest';

import { talk, UdpClient } from '../../daemon/client.ts';
import { Kinetd, type KinetdOptions, service, startKinetd } from '../../daemon/kinetd.ts';
import { fixedPort } from '../../daemon/ports.ts';
import { python, python3 } from '../../daemon/programs.ts';
import { until } from '../../daemon/until.ts';

const test = each.skipIf(python3 === undefined);

/** What sd_listen_fds(3) does; then it answers one client with what it found, and ends. */
const server = python(`
import os, socket, sys
assert int(os.environ["LISTEN_PID"]) == os.getpid(), (os.environ["LISTEN_PID"], os.getpid())
assert os.environ["LISTEN_FDS"] == "1"
s = socket.socket(fileno=3)
opened = sorted(os.listdir("/proc/self/fd"), key=int)
told = [os.environ["LISTEN_FDNAMES"], os.readlink("/proc/self/fd/0"), os.readlink("/proc/self/fd/1"), str(os.getpid())]
told += [str(sum(os.path.exists("/proc/self/fd/" + each) for each in opened)), str(os.get_blocking(3))]
print("to stderr", file=sys.stderr, flush=True)
if s.type == socket.SOCK_STREAM:
    c = s.accept()[0]
    c.sendall(" ".join(told).encode())
else:
    s.sendto(" ".join(told).encode(), s.recvfrom(99)[1])
`);

const waits = { wait: 'yes', socket_passing: 'activation', server: '@FOLDER@/server' };

function options(id: string, attributes: Readonly<Record<string, string | number>>): KinetdOptions {
  return { files: { 'x.conf': service(id, { ...waits, ...attributes }), server } };
}

/** 0, 1, 2 and 3 are open, and nothing else. */
const found = /^(\S+) \/dev\/null \/dev\/null \d+ 4 True$/;

test('a stream socket is its descriptor 3, again for the next server, and nothing else is open', async () => {
  const daemon = await startKinetd(options('Web:1', { log_type: 'FILE @FOLDER@/log', log_on_success: 'PID EXIT' }));
  const address = await daemon.address('Web:1');
  const first = (await talk(address)).text;
  expect(first.match(found)?.[1]).toBe('Web_1');
  await daemon.file('log', /EXIT: Web:1 status=0/);
  expect((await talk(address)).text).toMatch(found);
  await daemon.file('log', new RegExp(`STDERR: Web:1 pid=${first.split(' ')[3]} to stderr\n`));
});

test('a datagram socket too, and nobody hears stderr = null', async () => {
  const daemon = await startKinetd(options('s', { socket_type: 'dgram', stderr: 'null' }));
  const client = new UdpClient();
  await client.send(await daemon.address('s'), 'x');
  expect(await client.answer()).toMatch(found);
  expect(daemon.errors).not.toMatch(/to stderr/);
});

test('each of several sockets has a server of its own', async () => {
  const port = await fixedPort();
  await startKinetd(options('s', { port, bind: '127.0.0.1 127.0.0.2' }));
  const answers = await Promise.all(
    ['127.0.0.1', '127.0.0.2'].map(async (host) => (await talk({ host, port })).text.match(found)?.[1]),
  );
  expect(answers).toEqual(['s', 's']);
});

test('servers that are started together on several threads each have their own pid', async () => {
  const ids = Array.from({ length: 12 }, (_, index) => `s${index}`);
  const daemon = await startKinetd({
    files: { 'x.conf': ids.map((id) => service(id, waits)).join(''), server },
  });
  const addresses = await Promise.all(ids.map((id) => daemon.address(id)));
  const answers = await Promise.all(addresses.map(async (address) => (await talk(address)).text.match(found)?.[1]));
  expect(answers).toEqual(ids);
});

test('variables of the service cannot say otherwise', async () => {
  const daemon = await startKinetd(options('s', { env: 'LISTEN_PID=1 LISTEN_FDS=7 LISTEN_FDNAMES=x' }));
  expect((await talk(await daemon.address('s'))).text).toMatch(/^s \/dev\/null/);
});

test('a server of another service sees nothing of it', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': service('plain', { server: '/usr/bin/env' }) + service('s', waits), server },
  });
  expect((await talk(await daemon.address('plain'))).text).not.toMatch(/LISTEN_/);
});

test('a service that does not wait is refused, with the reason', async () => {
  const daemon = new Kinetd(options('s', { wait: 'no' }));
  expect(await daemon.ended()).toBe(1);
  expect(daemon.errors).toMatch(/activation-needs-wait/);
  expect(daemon.errors).toMatch(/get connections, not the listening socket/);
});

test('a program that does not end keeps the socket, and SIGTERM ends it', async () => {
  const loop = python(
    `import os, socket\ns = socket.socket(fileno=3)\nwhile True:\n    c = s.accept()[0]\n    c.sendall(str(os.getpid()).encode())\n    c.close()\n`,
  );
  const daemon = await startKinetd({ files: { 'x.conf': service('s', waits), server: loop } });
  const address = await daemon.address('s');
  const pid = (await talk(address)).text;
  expect((await talk(address)).text).toBe(pid);
  expect(await daemon.stop()).toBe(0);
  await until(() => !isThere(Number(pid)) || undefined);
});

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
