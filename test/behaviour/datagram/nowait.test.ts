/** Datagram services that do not wait: a server for each sender, on a socket that is connected to it. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { UdpClient } from '../../daemon/client.ts';
import { isRoot, type Kinetd, service, startKinetd } from '../../daemon/kinetd.ts';
import { limitDaemon } from '../../daemon/limits.ts';
import { python, python3 } from '../../daemon/programs.ts';
import { until } from '../../daemon/until.ts';

/** Answers each datagram with what it knows, and ends when told to. It only reads and writes. */
const talks = python(`
import fcntl, os, socket
sock = socket.socket(fileno=0)
blocking = not fcntl.fcntl(0, fcntl.F_GETFL) & os.O_NONBLOCK
peer, local = sock.getpeername(), sock.getsockname()
names = ("REMOTE_HOST", "REMOTE_PORT", "LOCAL_HOST")
facts = f"{os.getpid()} {peer[0]}:{peer[1]} {local[0]}:{local[1]} {blocking} {' '.join(os.environ[name] for name in names)}: "
while True:
    text, sender = sock.recvfrom(70000)
    if sender != peer: text = b"of somebody else: " + text
    os.write(1, facts.encode() + text)
    if text == b"end": break
`);

/** Sends a datagram from a port that nobody has, to one of 127.0.0.1. */
const forge = python(`
import socket, struct, sys
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
raw.sendto(struct.pack("!HHHH", int(sys.argv[1]), int(sys.argv[2]), 14, 0) + b"forged", ("127.0.0.1", 0))
`);

const havePrlimit = spawnSync('prlimit', ['--version']).status === 0;

function entry(attributes: Readonly<Record<string, string | number>> = {}): Readonly<Record<string, string>> {
  const text = service('talk', {
    socket_type: 'dgram',
    wait: 'no',
    server: '@FOLDER@/server',
    cps: '1000 1',
    ...attributes,
  });
  return { 'x.conf': text, server: talks };
}

interface Answer {
  readonly pid: string;
  readonly facts: string;
  readonly text: string;
}

async function answerTo(client: UdpClient): Promise<Answer> {
  const [facts = '', ...text] = (await client.answer()).split(': ');
  const [pid = '', ...rest] = facts.split(' ');
  return { pid, facts: rest.join(' '), text: text.join(': ') };
}

function starts(daemon: Kinetd): number {
  return daemon.errors.match(/^START: /gm)?.length ?? 0;
}

test.skipIf(isRoot)('only root can give each sender a socket', async () => {
  const daemon = await startKinetd({
    files: { ...entry(), 'x.conf': `${entry()['x.conf']}\n${service('other', {})}` },
  });
  await daemon.says(/needs-root/);
});

describe.skipIf(!isRoot || python3 === undefined)('as root', () => {
  test('the server finds its first datagram in a blocking socket that is connected to its sender', async () => {
    const daemon = await startKinetd({ files: entry() });
    const address = await daemon.address('talk');
    const client = new UdpClient();
    await client.send(address, 'hello');
    const { pid, facts, text } = await answerTo(client);
    const peer = `127.0.0.1:${client.port}`;
    expect(facts).toBe(`${peer} 127.0.0.1:${address.port} True 127.0.0.1 ${client.port} 127.0.0.1`);
    expect(text).toBe('hello');
    await client.send(address, 'end');
    expect(await answerTo(client)).toEqual({ pid, facts, text: 'end' });
    await daemon.says(new RegExp(`^START: talk pid=${pid} from=127\\.0\\.0\\.1$`, 'm'));
    await daemon.says(new RegExp(`^EXIT: talk status=0 pid=${pid} duration=\\d+\\(sec\\)$`, 'm'));
  });

  test('clients that send at once have a server each, which gets all of theirs and nothing of others', async () => {
    const daemon = await startKinetd({ files: entry() });
    const address = await daemon.address('talk');
    const clients = Array.from({ length: 12 }, () => new UdpClient());
    for (const round of ['a', 'b', 'c']) {
      await Promise.all(clients.map((client, index) => client.send(address, `${round}${index}`)));
    }
    const pids = new Set<string>();
    for (const [index, client] of clients.entries()) {
      const answers = [await answerTo(client), await answerTo(client), await answerTo(client)];
      // What is queued before its sender has a socket may be overtaken by what comes after.
      expect(answers.map(({ text }) => text).sort()).toEqual([`a${index}`, `b${index}`, `c${index}`]);
      const [{ pid } = { pid: '' }] = answers;
      expect(answers.every((answer) => answer.pid === pid)).toBe(true);
      pids.add(pid);
    }
    expect(pids.size).toBe(clients.length);
    expect(starts(daemon)).toBe(clients.length);
  });

  test('what a client sends while its server runs reaches that one, and after its end starts the next', async () => {
    const daemon = await startKinetd({ files: entry() });
    const address = await daemon.address('talk');
    const [client, other] = [new UdpClient(), new UdpClient()];
    const pids: string[] = [];
    for (const text of ['a', 'b', 'end']) {
      await client.send(address, text);
      pids.push((await answerTo(client)).pid);
      await other.send(address, text === 'end' ? 'still here' : text);
      expect((await answerTo(other)).pid).not.toBe(pids[0]);
    }
    await daemon.says(new RegExp(`^EXIT: talk status=0 pid=${pids[0]}`, 'm'));
    await client.send(address, 'again');
    pids.push((await answerTo(client)).pid);
    expect(pids.slice(0, 3)).toEqual([pids[0], pids[0], pids[0]]);
    expect(pids[3]).not.toBe(pids[0]);
    expect(starts(daemon)).toBe(3);
  });

  test('on a wildcard address the server has the address that was sent to, over IPv4 and IPv6', async () => {
    const daemon = await startKinetd({ files: entry({ bind: '::' }) });
    const { port } = await daemon.address('talk');
    for (const host of ['127.0.0.1', '127.0.0.2', '::1']) {
      const client = new UdpClient(host === '::1' ? 'udp6' : 'udp4');
      await client.send({ host, port }, 'x'.repeat(9000));
      const { facts, text } = await answerTo(client);
      expect(facts).toContain(` ${host}:${port} True `);
      expect(facts).toMatch(new RegExp(` ${host}$`));
      expect(text).toHaveLength(9000);
    }
    expect(starts(daemon)).toBe(3);
  });

  test('an empty datagram starts a server too', async () => {
    const daemon = await startKinetd({ files: entry() });
    const client = new UdpClient();
    await client.send(await daemon.address('talk'), '');
    expect((await answerTo(client)).text).toBe('');
  });

  test('access, instances and per_source refuse a sender, whose datagram is gone, and nobody behind it', async () => {
    const daemon = await startKinetd({
      files: entry({ bind: '0.0.0.0', no_access: '127.0.0.9', per_source: 1, instances: 2 }),
    });
    const { port } = await daemon.address('talk');
    const address = { host: '127.0.0.1', port };
    const [denied, first, same, second, third] = [
      new UdpClient('udp4', '127.0.0.9'),
      new UdpClient('udp4', '127.0.0.2'),
      new UdpClient('udp4', '127.0.0.2'),
      new UdpClient('udp4', '127.0.0.3'),
      new UdpClient('udp4', '127.0.0.4'),
    ];
    for (const client of [denied, first, same, second, third]) await client.send(address, 'hello');
    expect((await answerTo(first)).text).toBe('hello');
    expect((await answerTo(second)).text).toBe('hello');
    await daemon.says(/^FAIL: talk address from=127\.0\.0\.9$/m);
    await daemon.says(/^FAIL: talk per_source_limit from=127\.0\.0\.2$/m);
    await daemon.says(/^FAIL: talk service_limit from=127\.0\.0\.4$/m);
    await first.send(address, 'end');
    await daemon.says(/^EXIT: talk /m);
    await third.send(address, 'again');
    expect((await answerTo(third)).text).toBe('again');
    expect(same.received).toEqual([]);
  });

  test('cps keeps what comes in the queue for its pause', async () => {
    const daemon = await startKinetd({ files: entry({ cps: '2 1' }) });
    const address = await daemon.address('talk');
    const clients = [new UdpClient(), new UdpClient(), new UdpClient()];
    for (const client of clients) await client.send(address, 'hello');
    for (const client of clients) expect((await answerTo(client)).text).toBe('hello');
    expect(daemon.errors).toMatch(/Deactivating service talk due to excessive incoming connections/);
  });

  test('a sender that cannot be answered starts nothing and holds up nobody', async () => {
    const daemon = await startKinetd({ files: { ...entry(), forge } });
    const address = await daemon.address('talk');
    // From no port, and from the service's own address and port: its server would talk to itself.
    for (const from of [0, address.port]) {
      const { status } = spawnSync(join(daemon.folder, 'forge'), [String(from), String(address.port)]);
      expect(status).toBe(0);
    }
    const samePort = new UdpClient('udp4', '127.0.0.2', address.port);
    await samePort.send(address, 'hello');
    expect((await answerTo(samePort)).text).toBe('hello');
    expect(starts(daemon)).toBe(1);
  });

  test('a server whose client keeps silent ends with its timeout', async () => {
    const daemon = await startKinetd({ files: entry({ timeout: '1' }) });
    const client = new UdpClient();
    await client.send(await daemon.address('talk'), 'hello');
    await answerTo(client);
    await daemon.says(/^EXIT: talk signal=15 pid=\d+ duration=\d+\(sec\)/m);
  });

  test.skipIf(!havePrlimit)('without descriptors for another socket the datagram waits', async () => {
    const daemon = await startKinetd({ files: entry() });
    const address = await daemon.address('talk');
    limitDaemon(daemon.pid, 'nofile', 3);
    const client = new UdpClient();
    await client.send(address, 'hello');
    await daemon.says(/service talk, accept: EMFILE; accepting pauses until it is possible again/);
    limitDaemon(daemon.pid, 'nofile');
    expect((await answerTo(client)).text).toBe('hello');
    expect(starts(daemon)).toBe(1);
  });

  test('a reload goes over from waiting to not waiting, and back', async () => {
    const files = entry({ port: 0 });
    const daemon = await startKinetd({ files });
    const address = await daemon.address('talk');
    const client = new UdpClient();
    await client.send(address, 'end');
    expect((await answerTo(client)).text).toBe('end');
    daemon.write('x.conf', (files['x.conf'] ?? '').replace(/server += .*/, 'server = /bin/cat').replace('no', 'yes'));
    await daemon.reload();
    daemon.write('x.conf', files['x.conf'] ?? '');
    await daemon.reload();
    await client.send(address, 'hello');
    expect((await answerTo(client)).text).toBe('hello');
    await until(() => (starts(daemon) === 2 ? true : undefined));
  });

  test('in the words of BusyBox', async () => {
    const daemon = await startKinetd({
      files: {
        'inetd.conf': '127.0.0.1:0 dgram udp nowait root @FOLDER@/server server\n',
        server: talks,
      },
      command: ['kinetd', 'run', '-f', '@FOLDER@/inetd.conf', '--dialect', 'busybox'],
    });
    const { port } = await daemon.address('0');
    const client = new UdpClient();
    await client.send({ host: '127.0.0.1', port }, 'hello');
    expect((await answerTo(client)).text).toBe('hello');
  });
});
