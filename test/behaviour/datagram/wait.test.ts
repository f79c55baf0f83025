/** Datagram services: the first datagram starts the server, and no datagram is lost on the way to one. */
import { expect, test } from 'vitest';

import { UdpClient } from '../../daemon/client.ts';
import { type Kinetd, service, startKinetd } from '../../daemon/kinetd.ts';
import { python, python3 } from '../../daemon/programs.ts';
import { until } from '../../daemon/until.ts';

const needsPython = python3 === undefined;

/** Answers one datagram with what it finds, then ends. */
const answersOne = python(`
import fcntl, os, socket
sock = socket.socket(fileno=0)
blocking = not fcntl.fcntl(0, fcntl.F_GETFL) & os.O_NONBLOCK
text, sender = sock.recvfrom(70000)
facts = f"pid={os.getpid()} blocking={blocking} type={sock.type.name} port={sock.getsockname()[1]} from={os.environ['REMOTE_HOST']} {os.environ['UDPREMOTEPORT']}: "
sock.sendto(facts.encode() + text, sender)
`);

/** Answers every datagram until one says so. */
const answersMany = python(`
import os, socket
sock = socket.socket(fileno=0)
while True:
    text, sender = sock.recvfrom(70000)
    sock.sendto(f"{os.getpid()} ".encode() + text, sender)
    if text == b"end": break
`);

function configuration(
  server: string,
  attributes: Readonly<Record<string, string | number>> = {},
): Readonly<Record<string, string>> {
  const entry = service('answer', { socket_type: 'dgram', server: '@FOLDER@/server', ...attributes });
  return { 'x.conf': entry, server };
}

function starts(daemon: Kinetd): number {
  return daemon.errors.match(/^START: /gm)?.length ?? 0;
}

test.skipIf(needsPython)(
  'the server finds the first datagram unread in a blocking socket bound to the port',
  async () => {
    const daemon = await startKinetd({ files: configuration(answersOne) });
    const address = await daemon.address('answer');
    const client = new UdpClient();
    const datagram = Array.from({ length: 1500 }, (_, index) => String.fromCharCode(index % 256)).join('');
    await client.send(address, datagram);
    const answer = await client.answer();
    const [facts = ''] = answer.split(': ', 1);
    expect(facts).toMatch(
      new RegExp(`^pid=\\d+ blocking=True type=SOCK_DGRAM port=${address.port} from=127\\.0\\.0\\.1 ${client.port}$`),
    );
    expect(answer.slice(facts.length + 2)).toBe(datagram);
    await daemon.says(/^START: answer pid=\d+ from=127\.0\.0\.1$/m);
    await daemon.says(/^EXIT: answer status=0 pid=\d+ duration=\d+\(sec\)$/m);
  },
);

test.skipIf(needsPython)('an empty datagram starts a server too', async () => {
  const daemon = await startKinetd({ files: configuration(answersOne) });
  const client = new UdpClient();
  await client.send(await daemon.address('answer'), '');
  expect(await client.answer()).toMatch(/: $/);
});

test.skipIf(needsPython)('the largest datagram reaches the server whole', async () => {
  const daemon = await startKinetd({ files: configuration(answersMany) });
  const client = new UdpClient();
  const largest = 'x'.repeat(65_507 - '1234567 '.length);
  await client.send(await daemon.address('answer'), largest);
  expect((await client.answer()).replace(/^\d+ /, '')).toHaveLength(largest.length);
});

test.skipIf(needsPython)('each datagram of a burst is answered by servers that answer one each', async () => {
  const daemon = await startKinetd({ files: configuration(answersOne, { cps: '1000 1' }) });
  const address = await daemon.address('answer');
  const client = new UdpClient();
  const burst = Array.from({ length: 20 }, (_, index) => `datagram ${index}`);
  for (const datagram of burst) await client.send(address, datagram);
  const answers: string[] = [];
  for (const _ of burst) answers.push(await client.answer());
  expect(answers.map((answer) => answer.split(': ')[1])).toEqual(burst);
  expect(new Set(answers.map((answer) => /pid=(\d+)/.exec(answer)?.[1])).size).toBe(burst.length);
});

test.skipIf(needsPython)(
  'while a server runs it alone gets the datagrams, and after it the next one does',
  async () => {
    const daemon = await startKinetd({ files: configuration(answersMany) });
    const address = await daemon.address('answer');
    const client = new UdpClient();
    const pids: (string | undefined)[] = [];
    for (const datagram of ['a', 'b', 'c', 'end', 'd']) {
      await client.send(address, datagram);
      const [pid, text] = (await client.answer()).split(' ');
      expect(text).toBe(datagram);
      pids.push(pid);
    }
    const [first, second] = [pids[0], pids[4]];
    expect(pids).toEqual([first, first, first, first, second]);
    expect(second).not.toBe(first);
    expect(starts(daemon)).toBe(2);
  },
);

test.skipIf(needsPython)('what comes while a server ends is not lost', async () => {
  const daemon = await startKinetd({ files: configuration(answersMany) });
  const address = await daemon.address('answer');
  const client = new UdpClient();
  const sent = Array.from({ length: 12 }, (_, index) => (index % 3 === 1 ? 'end' : `datagram ${index}`));
  await Promise.all(sent.map((datagram) => client.send(address, datagram)));
  const answers: string[] = [];
  for (const _ of sent) answers.push((await client.answer()).replace(/^\d+ /, ''));
  expect(answers).toEqual(sent);
});

test.skipIf(needsPython)('over IPv6', async () => {
  const daemon = await startKinetd({ files: configuration(answersOne, { bind: '::1' }) });
  const client = new UdpClient('udp6');
  await client.send(await daemon.address('answer'), 'hello');
  expect(await client.answer()).toContain(`from=::1 ${client.port}: hello`);
  await daemon.says(/^START: answer pid=\d+ from=::1$/m);
});

test.skipIf(needsPython)('a dual-stack socket shows an IPv4 sender as IPv4', async () => {
  const daemon = await startKinetd({ files: configuration(answersOne, { bind: '::' }) });
  const { port } = await daemon.address('answer');
  const four = new UdpClient('udp4');
  await four.send({ host: '127.0.0.1', port }, 'four');
  expect(await four.answer()).toContain(`from=127.0.0.1 ${four.port}: four`);
  const six = new UdpClient('udp6');
  await six.send({ host: '::1', port }, 'six');
  expect(await six.answer()).toContain(`from=::1 ${six.port}: six`);
});

test('a server that never reads its datagram is held back by cps instead of being started for ever', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': service('deaf', { socket_type: 'dgram', server: '/bin/true', cps: '3 60' }) },
  });
  const client = new UdpClient();
  await client.send(await daemon.address('deaf'), 'hello');
  await daemon.says(/Deactivating service deaf due to excessive incoming connections\. {2}Restarting in 60 seconds\./);
  await until(() => (daemon.errors.match(/^EXIT: deaf/gm)?.length === 3 ? true : undefined));
  await daemon.reload();
  expect(starts(daemon)).toBe(3);
  expect(daemon.errors.match(/^FAIL: deaf connections per second from=127\.0\.0\.1$/gm)).toHaveLength(1);
});

test.skipIf(needsPython)('after the pause of cps the datagrams that came meanwhile are answered', async () => {
  const daemon = await startKinetd({ files: configuration(answersOne, { cps: '2 1' }) });
  const address = await daemon.address('answer');
  const client = new UdpClient();
  const burst = ['a', 'b', 'c', 'd', 'e'];
  for (const datagram of burst) await client.send(address, datagram);
  const answers: string[] = [];
  for (const _ of burst) answers.push((await client.answer()).split(': ')[1] ?? '');
  expect(answers).toEqual(burst);
});
