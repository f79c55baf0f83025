/**
 * What the options of FreeBSD's inetd and of GNU inetutils' do to clients, and the three numbers behind FreeBSD's
 * `nowait`. Lines are FreeBSD's, so every service listens where -a says.
 */
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { type Address, type OpenConnection, open, talk, UdpClient } from '../../daemon/client.ts';
import { withHosts } from '../../daemon/hosts.ts';
import { currentUser, Kinetd, type KinetdOptions, testFolder } from '../../daemon/kinetd.ts';
import { canMount } from '../../daemon/mounts.ts';
import { fixedPort } from '../../daemon/ports.ts';
import { python, python3 } from '../../daemon/programs.ts';
import { canFakeSyslog, startSyslog, withSyslog } from '../../daemon/syslog.ts';
import { until } from '../../daemon/until.ts';

const user = currentUser();

/** A line for /bin/cat. */
function cat(port: number, wait = 'nowait', words = '/bin/cat me'): string {
  return `${port} stream tcp ${wait} ${user} ${words}\n`;
}

/** `inetd -d -a 127.0.0.1 WORDS` with these lines of FreeBSD's. */
async function start(
  lines: string,
  words: readonly string[],
  { files = {}, ...options }: Partial<KinetdOptions> = {},
): Promise<Kinetd> {
  const daemon = new Kinetd({
    files: { 'i.conf': `# kinetd: dialect freebsd\n${lines}`, ...files },
    command: ['inetd', '-d', '-a', '127.0.0.1', ...words, '@FOLDER@/i.conf'],
    ...options,
  });
  await daemon.says(/Started working/);
  return daemon;
}

/** To 127.0.0.1 come clients from all of 127.0.0.0/8. */
function at(port: number): Address {
  return { host: '127.0.0.1', port };
}

/** A connection whose server (cat) is at work. */
async function held(port: number, from?: string): Promise<OpenConnection> {
  const connection = await open(at(port), from);
  connection.write('x');
  await connection.receive(/x/);
  return connection;
}

async function fares(port: number, from = '127.0.0.1'): Promise<'served' | 'refused'> {
  const { text } = await talk(at(port), { from, send: 'x' });
  return text === 'x' ? 'served' : 'refused';
}

/** Served as soon as the end of a server has been noticed. */
async function servedAgain(port: number): Promise<void> {
  await until(async () => ((await fares(port)) === 'served' ? true : undefined));
}

const numbers = [
  ['the first number behind nowait', 'nowait/2', []],
  ['-c', 'nowait', ['-c', '2']],
] as const;

test.each(numbers)('%s is how many servers there may be at once', async (_, wait, words) => {
  const port = await fixedPort();
  await start(cat(port, wait), words);
  const [first] = [await held(port), await held(port, '127.0.0.2')];
  expect(await fares(port, '127.0.0.3')).toBe('refused');
  first.close();
  await servedAgain(port);
});

test.each([
  ['the second number behind nowait', 'nowait/0/2', []],
  ['-C', 'nowait', ['-C', '2']],
] as const)('%s is how many servers an address may start in a minute', async (_, wait, words) => {
  const port = await fixedPort();
  await start(cat(port, wait), words);
  const fates = [await fares(port), await fares(port), await fares(port), await fares(port, '127.0.0.2')];
  expect(fates).toEqual(['served', 'served', 'refused', 'served']);
});

test.each([
  ['the third number behind nowait', 'nowait/0/0/1', []],
  ['-s', 'nowait', ['-s', '1']],
] as const)('%s is how many servers an address may have at once', async (_, wait, words) => {
  const port = await fixedPort();
  await start(cat(port, wait), words);
  const first = await held(port);
  expect([await fares(port), await fares(port, '127.0.0.2')]).toEqual(['refused', 'served']);
  first.close();
  await servedAgain(port);
});

test('numbers behind nowait count before -c, -C and -s, and 0 is no limit', async () => {
  const [more, free] = [await fixedPort(), await fixedPort()];
  await start(cat(more, 'nowait/2/3/2') + cat(free, 'nowait/0/0/0'), ['-c', '1', '-C', '1', '-s', '1']);
  await held(more);
  await held(more);
  expect(await fares(more)).toBe('refused');
  await held(free);
  await held(free);
  expect([await fares(free), await fares(free)]).toEqual(['served', 'served']);
});

test('--rate is how many servers a service may start in a minute', async () => {
  const port = await fixedPort();
  const daemon = await start(cat(port), ['--rate=2']);
  expect([await fares(port), await fares(port)]).toEqual(['served', 'served']);
  expect(await fares(port)).toBe('refused');
  await daemon.says(/server failing \(looping\)/);
});

test('-a is where lines listen that name no address', async () => {
  const port = await fixedPort();
  await start(cat(port), []);
  expect(await fares(port)).toBe('served');
  await expect(talk({ host: '127.0.0.2', port })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('-p is the file of the pid, as long as the daemon runs', async () => {
  const daemon = await start(cat(await fixedPort()), ['-p', '@FOLDER@/inetd.pid']);
  expect(daemon.read('inetd.pid')).toBe(`${daemon.pid}\n`);
  expect(await daemon.stop()).toBe(0);
  expect(daemon.read('inetd.pid')).toBe('');
});

const rules = { 'hosts.deny': 'cat: 127.0.0.2\nme: 127.0.0.3\necho: 127.0.0.4\n' };
const callers = ['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.4'];

/** How clients from 127.0.0.1 to 127.0.0.4 fare: `S` served, `-` refused. */
async function fates(port: number): Promise<string> {
  const found = await Promise.all(callers.map((from) => fares(port, from)));
  return found.map((fate) => (fate === 'served' ? 'S' : '-')).join('');
}

/** The same of datagrams. Answers come in the order of the questions, and the last one is nobody's in the rules. */
async function answered(port: number): Promise<string> {
  const clients = callers.map((from) => new UdpClient('udp4', from));
  const last = new UdpClient('udp4', '127.0.0.5');
  for (const client of [...clients, last]) await client.send(at(port), 'x');
  await last.answer();
  return clients.map(({ received }) => (received.includes('x') ? 'S' : '-')).join('');
}

/** Answers one datagram after the other, for a service that waits. */
const datagrams = python(`
import socket
sock = socket.socket(fileno=0)
sock.settimeout(1)
try:
  while True:
    text, sender = sock.recvfrom(100)
    sock.sendto(text, sender)
except TimeoutError:
  pass
`);

const asked = [
  ['without an option', [], ['SSSS', 'SSSS', 'SSSS']],
  ["-w: by the name of the program's file, of programs alone", ['-w'], ['S-SS', 'SSSS', 'SSSS']],
  ['-W: by the name of the service, of internal services alone', ['-W'], ['SSSS', 'SSS-', 'SSS-']],
] as const;

test.runIf(canMount).each(asked)('hosts.allow and hosts.deny are asked %s', async (_, words, expected) => {
  const [port, echo] = [await fixedPort(), await fixedPort()];
  await start(`${cat(port)}echo stream tcp nowait root internal\necho dgram udp wait root internal\n`, words, {
    wrapper: withHosts([], { ...rules, services: `echo ${echo}/tcp\necho ${echo}/udp\n` }),
  });
  expect([await fates(port), await fates(echo), await answered(echo)]).toEqual(expected);
});

test.runIf(canMount)(
  "hosts.allow and hosts.deny are asked with -l of Debian's: by argv[0], of programs alone",
  async () => {
    const [port, echo] = [await fixedPort(), await fixedPort()];
    const daemon = new Kinetd({
      files: {
        'i.conf': `127.0.0.1:${port} stream tcp nowait ${user} /bin/cat me\n127.0.0.1:echo stream tcp nowait root internal\n`,
      },
      command: ['inetd', '-d', '-l', '--dialect', 'debian', '@FOLDER@/i.conf'],
      wrapper: withHosts([], { ...rules, services: `echo ${echo}/tcp\n` }),
    });
    await daemon.says(/Started working: 2 available/);
    expect([await fates(port), await fates(echo)]).toEqual(['SS-S', 'SSSS']);
  },
);

test.runIf(canMount && python3 !== undefined)('-w is for programs that serve datagrams too', async () => {
  const port = await fixedPort();
  await start(`${port} dgram udp wait ${user} @FOLDER@/cat me\n`, ['-w'], {
    files: { cat: datagrams },
    wrapper: withHosts([], rules),
  });
  // A server that runs has the socket to itself: the first in the queue decides whether one is started.
  const [refused, served] = [new UdpClient('udp4', '127.0.0.2'), new UdpClient('udp4', '127.0.0.3')];
  await refused.send(at(port), 'x');
  await served.send(at(port), 'x');
  expect([await served.answer(), refused.received]).toEqual(['x', []]);
});

test.runIf(canFakeSyslog)("-l of FreeBSD's logs every connection", async () => {
  const port = await fixedPort();
  const socket = join(testFolder(), 'log');
  const syslog = await startSyslog(socket);
  const daemon = await start(cat(port), ['-l'], { wrapper: withSyslog(socket) });
  await fares(port, '127.0.0.2');
  await syslog.hears(new RegExp(`<30>.* inetd\\[${daemon.pid}\\]: START: ${port} pid=\\d+ from=127\\.0\\.0\\.2$`, 'm'));
});

/** The variables about the two ends that a server gets. */
async function told(port: number, from: string): Promise<Readonly<Record<string, string>>> {
  const { text } = await talk(at(port), { from });
  const variables = text.split('\n').flatMap((line) => {
    const [, name, value = ''] = /^(PROTO|TCP\w+)=(.*)$/.exec(line) ?? [];
    return name === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(variables);
}

test.runIf(canMount)('--environment tells servers the two ends, and --resolve their names too', async () => {
  const wrapper = withHosts(['127.0.0.1 here.example.org', '127.0.0.2 there.example.org']);
  const port = await fixedPort();
  const env = cat(port, 'nowait', '/usr/bin/env env');
  const plain = await start(env, ['--environment'], { wrapper });
  const numbers = {
    PROTO: 'TCP',
    TCPLOCALIP: '127.0.0.1',
    TCPLOCALPORT: String(port),
    TCPREMOTEIP: '127.0.0.2',
    TCPREMOTEPORT: expect.stringMatching(/^\d+$/),
  };
  expect(await told(port, '127.0.0.2')).toEqual(numbers);
  await plain.stop();
  await start(env, ['--environment', '--resolve'], {
    wrapper: withHosts(['127.0.0.1 here.example.org', '127.0.0.2 there.example.org']),
  });
  const names = { TCPLOCALHOST: 'here.example.org', TCPREMOTEHOST: 'there.example.org' };
  expect(await told(port, '127.0.0.2')).toEqual({ ...numbers, ...names });
  expect(await told(port, '127.0.0.3')).not.toHaveProperty('TCPREMOTEHOST');
});
