/** The environment of a server: the daemon's, what the configuration makes of it, and its connection. */
import { expect, test } from 'vitest';

import { type Address, open, talk, UdpClient } from '../../daemon/client.ts';
import { currentUser, type Kinetd, type KinetdOptions, service, startKinetd } from '../../daemon/kinetd.ts';
import { fixedPort } from '../../daemon/ports.ts';
import { procFile } from '../../daemon/processes.ts';
import { python, python3 } from '../../daemon/programs.ts';

type Environment = Record<string, string>;

const connectionNames = [
  'LOCAL_HOST',
  'LOCAL_PORT',
  'PROTO',
  'REMOTE_ADDR',
  'REMOTE_HOST',
  'REMOTE_PORT',
  'TCPLOCALIP',
  'TCPLOCALPORT',
  'TCPREMOTEIP',
  'TCPREMOTEPORT',
];

function parse(text: string): Environment {
  const strings = text.split('\0').filter((string) => string !== '');
  const entries = strings.map((string) => string.split(/=(.*)/s, 2));
  const environment = Object.fromEntries(entries);
  expect(Object.keys(environment), 'each name stands once').toHaveLength(strings.length);
  return environment;
}

/** A service whose answer is its environment. */
function show(attributes: Readonly<Record<string, string>> = {}): string {
  return service('show', { server: '/bin/cat', server_args: '/proc/self/environ', ...attributes });
}

function start(text: string, options: Partial<KinetdOptions> = {}): Promise<Kinetd> {
  return startKinetd({ files: { 'x.conf': text }, cleanEnvironment: true, ...options });
}

async function environmentOf(daemon: Kinetd, id = 'show'): Promise<Environment> {
  return parse((await talk(await daemon.address(id))).text);
}

function without(environment: Environment, names: readonly string[]): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !names.includes(name)));
}

test("it is the daemon's own and nothing else, besides what the connection adds", async () => {
  const daemon = await start(show(), { environment: { HOME: '/root/of/all', PATH: '/bin:/usr/bin', EMPTY: '' } });
  const environment = await environmentOf(daemon);
  const own = parse(procFile(daemon.pid, 'environ') ?? '');
  expect(own).toMatchObject({ HOME: '/root/of/all', PATH: '/bin:/usr/bin', EMPTY: '' });
  expect(without(environment, connectionNames)).toEqual(own);
  expect(Object.keys(environment)).toEqual(expect.arrayContaining(connectionNames));
});

test('both ends of a TCP connection are told, in the names of xinetd and of UCSPI', async () => {
  const daemon = await start(show());
  const address = await daemon.address('show');
  const client = await open(address, '127.0.0.2');
  const remotePort = String(client.socket.localPort);
  const port = String(address.port);
  const environment = parse(await client.closed());
  expect(environment).toMatchObject({
    REMOTE_HOST: '127.0.0.2',
    REMOTE_ADDR: '127.0.0.2',
    REMOTE_PORT: remotePort,
    LOCAL_HOST: '127.0.0.1',
    LOCAL_PORT: port,
    PROTO: 'TCP',
    TCPREMOTEIP: '127.0.0.2',
    TCPREMOTEPORT: remotePort,
    TCPLOCALIP: '127.0.0.1',
    TCPLOCALPORT: port,
  });
  expect(Object.keys(environment).filter((name) => name.startsWith('UDP'))).toEqual([]);
});

const tellsEnvironment = python(`
import socket
sock = socket.socket(fileno=0)
_, sender = sock.recvfrom(100)
sock.sendto(open("/proc/self/environ", "rb").read(), sender)
`);

async function askByDatagram(daemon: Kinetd, address: Address): Promise<[UdpClient, Environment]> {
  const client = new UdpClient();
  await client.send(address, '?');
  const environment = parse(await client.answer());
  expect(daemon.errors).not.toContain('FAIL');
  return [client, environment];
}

test.skipIf(python3 === undefined)('the sender of a datagram is told, and where it was reached', async () => {
  const entry = service('show', { socket_type: 'dgram', server: '@FOLDER@/tell' });
  const daemon = await start('', { files: { 'x.conf': entry, tell: tellsEnvironment } });
  const address = await daemon.address('show');
  const [client, environment] = await askByDatagram(daemon, address);
  expect(environment).toMatchObject({
    REMOTE_HOST: '127.0.0.1',
    REMOTE_ADDR: '127.0.0.1',
    REMOTE_PORT: String(client.port),
    LOCAL_HOST: '127.0.0.1',
    LOCAL_PORT: String(address.port),
    PROTO: 'UDP',
    UDPREMOTEIP: '127.0.0.1',
    UDPREMOTEPORT: String(client.port),
    UDPLOCALIP: '127.0.0.1',
    UDPLOCALPORT: String(address.port),
  });
  expect(Object.keys(environment).filter((name) => name.startsWith('TCP'))).toEqual([]);
});

test.skipIf(python3 === undefined)(
  'where a datagram to a wildcard address was sent is not known, so nothing is said',
  async () => {
    const entry = service('show', { socket_type: 'dgram', server: '@FOLDER@/tell', bind: '0.0.0.0' });
    const daemon = await start('', { files: { 'x.conf': entry, tell: tellsEnvironment } });
    const { port } = await daemon.address('show');
    const [, environment] = await askByDatagram(daemon, { host: '127.0.0.1', port });
    expect(environment['REMOTE_HOST']).toBe('127.0.0.1');
    expect(Object.keys(environment).filter((name) => name.includes('LOCAL'))).toEqual([]);
  },
);

test.skipIf(python3 === undefined)('a stream server that waits is told that the address is not known', async () => {
  const entry = service('show', { wait: 'yes', server: '@FOLDER@/accept' });
  const accept = python(`
import socket
client, _ = socket.socket(fileno=0).accept()
client.sendall(open("/proc/self/environ", "rb").read())
`);
  const daemon = await start('', { files: { 'x.conf': entry, accept } });
  const environment = await environmentOf(daemon);
  expect(environment['REMOTE_HOST']).toBe('<no address>');
  expect(environment).not.toHaveProperty('REMOTE_ADDR');
  expect(environment).not.toHaveProperty('REMOTE_PORT');
  expect(environment).not.toHaveProperty('TCPREMOTEIP');
});

test('env adds and replaces, and of one name the last value counts', async () => {
  const daemon = await start(show({ env: 'A=1 B=2 KEPT=mine A=3 EQUALS=a=b EMPTY=' }), {
    environment: { KEPT: 'theirs', OTHER: 'theirs' },
  });
  expect(await environmentOf(daemon)).toMatchObject({
    A: '3',
    B: '2',
    KEPT: 'mine',
    OTHER: 'theirs',
    EQUALS: 'a=b',
    EMPTY: '',
  });
});

test('env cannot hide the client, but may set what else is said of the connection', async () => {
  const daemon = await start(show({ env: 'REMOTE_HOST=192.0.2.1 PROTO=mine TCPREMOTEIP=mine' }));
  expect(await environmentOf(daemon)).toMatchObject({ REMOTE_HOST: '127.0.0.1', PROTO: 'mine', TCPREMOTEIP: 'mine' });
});

test('passenv lets through what it lists, and an empty one nothing', async () => {
  const rest = [...connectionNames, 'OWN'];
  const daemon = await start(
    show({ id: 'some', passenv: 'ONE ABSENT', env: 'OWN=1' }) + show({ id: 'none', passenv: '', env: 'OWN=1' }),
    { environment: { ONE: '1', TWO: '2' } },
  );
  const some = await environmentOf(daemon, 'some');
  expect(without(some, rest)).toEqual({ ONE: '1' });
  expect(some['OWN']).toBe('1');
  const none = await environmentOf(daemon, 'none');
  expect(Object.keys(none).toSorted()).toEqual([...rest].toSorted());
});

test('what a daemon happens to have inherited about a connection reaches no server', async () => {
  const daemon = await start(show(), {
    environment: { REMOTE_HOST: '192.0.2.1', UDPREMOTEIP: '192.0.2.1', UDPLOCALPORT: '1', PROTO: 'UDP' },
  });
  const environment = await environmentOf(daemon);
  expect(environment).toMatchObject({ REMOTE_HOST: '127.0.0.1', PROTO: 'TCP' });
  expect(environment).not.toHaveProperty('UDPREMOTEIP');
  expect(environment).not.toHaveProperty('UDPLOCALPORT');
});

test("servers of an inetd.conf do not get the variables of the administrator's login", async () => {
  const port = await fixedPort();
  const daemon = await start('', {
    files: {
      'inetd.conf': `127.0.0.1:${port} stream tcp nowait ${currentUser()} /bin/cat cat /proc/self/environ\n`,
    },
    environment: { HOME: '/root', PATH: '/bin', LD_BIND_NOW: '', SSH_AUTH_SOCK: '/tmp/agent', TZ: 'UTC', KEPT: '1' },
  });
  await daemon.address(String(port));
  const environment = parse((await talk({ host: '127.0.0.1', port })).text);
  expect(without(environment, connectionNames)).toEqual({ TZ: 'UTC', KEPT: '1' });
});
