/** TCP over IPv4, IPv6 and both at once: the client reaches the program, and everybody agrees on who it is. */
import { expect, test } from 'vitest';

import { talk } from '../../daemon/client.ts';
import { currentUser, Kinetd, service, startKinetd } from '../../daemon/kinetd.ts';
import { fixedPort } from '../../daemon/ports.ts';
import { python, python3 } from '../../daemon/programs.ts';

const peerOfServer = python(`
import os, socket
peer = socket.socket(fileno=os.dup(0))
print(peer.family.name, peer.getpeername()[0], os.environ["REMOTE_HOST"], os.environ["LOCAL_HOST"])
`);

function configuration(attributes: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return { 'x.conf': service('peer', { server: '@FOLDER@/peer', ...attributes }), peer: peerOfServer };
}

test.skipIf(python3 === undefined)('an IPv4 client is served and known by its address', async () => {
  const daemon = await startKinetd({ files: configuration({ bind: '127.0.0.1' }) });
  const { text } = await talk(await daemon.address('peer'));
  expect(text).toBe('AF_INET 127.0.0.1 127.0.0.1 127.0.0.1\n');
  await daemon.says(/^START: peer pid=\d+ from=127\.0\.0\.1$/m);
});

test.skipIf(python3 === undefined)('an IPv6 client is served and known by its address', async () => {
  const daemon = await startKinetd({ files: configuration({ bind: '::1' }) });
  const address = await daemon.address('peer');
  expect(address.host).toBe('::1');
  expect((await talk(address)).text).toBe('AF_INET6 ::1 ::1 ::1\n');
  await daemon.says(/^START: peer pid=\d+ from=::1$/m);
});

test.skipIf(python3 === undefined)(
  'a dual-stack service shows an IPv4 client as IPv4 in its log, its environment and to the program itself',
  async () => {
    const daemon = await startKinetd({ files: configuration({ bind: '::', only_from: '127.0.0.1 ::1' }) });
    const { host, port } = await daemon.address('peer');
    expect(host).toBe('::');
    // The kernel makes an IPv4 socket out of it as long as the client has not closed its side.
    const { text } = await talk({ host: '127.0.0.1', port }, { halfClose: false });
    expect(text).toBe('AF_INET 127.0.0.1 127.0.0.1 127.0.0.1\n');
    expect((await talk({ host: '::1', port })).text).toBe('AF_INET6 ::1 ::1 ::1\n');
    await daemon.says(/^START: peer pid=\d+ from=127\.0\.0\.1$/m);
    await daemon.says(/^START: peer pid=\d+ from=::1$/m);
    expect(daemon.errors).not.toContain('::ffff');
  },
);

test('a service without bind and flags listens on IPv6 and IPv4', async () => {
  const text = service('both', { server: '/bin/cat', server_args: '/proc/self/environ' }).replace(
    /^\tbind = .*\n/m,
    '',
  );
  const daemon = await startKinetd({ files: { 'x.conf': text } });
  const { host, port } = await daemon.address('both');
  expect(host).toBe('::');
  expect((await talk({ host: '127.0.0.1', port })).text).toContain('REMOTE_HOST=127.0.0.1\0');
  expect((await talk({ host: '::1', port })).text).toContain('REMOTE_HOST=::1\0');
});

test('flags = IPv4 listens on IPv4 alone', async () => {
  const text = service('four', { flags: 'IPv4' }).replace(/^\tbind = .*\n/m, '');
  const daemon = await startKinetd({ files: { 'x.conf': text } });
  const { host, port } = await daemon.address('four');
  expect(host).toBe('0.0.0.0');
  expect((await talk({ host: '127.0.0.1', port }, { send: 'x' })).text).toBe('x');
  await expect(talk({ host: '::1', port })).rejects.toThrow('ECONNREFUSED');
});

test('v6only = yes listens on IPv6 alone, and v6only = no on both', async () => {
  const open = (id: string, v6only: string): string => service(id, { bind: '::', v6only });
  const daemon = await startKinetd({ files: { 'x.conf': open('six', 'yes') + open('both', 'no') } });
  const six = await daemon.address('six');
  expect((await talk({ host: '::1', port: six.port }, { send: 'x' })).text).toBe('x');
  await expect(talk({ host: '127.0.0.1', port: six.port })).rejects.toThrow('ECONNREFUSED');
  const both = await daemon.address('both');
  expect((await talk({ host: '::1', port: both.port }, { send: 'x' })).text).toBe('x');
  expect((await talk({ host: '127.0.0.1', port: both.port }, { send: 'x' })).text).toBe('x');
});

test("an inetd.conf's tcp is IPv4 and IPv6, tcp4 and tcp6 are one of them", async () => {
  const [both, four, six] = [await fixedPort(), await fixedPort(), await fixedPort()];
  const line = (port: number, protocol: string): string =>
    `${port} stream ${protocol} nowait ${currentUser()} /bin/cat cat\n`;
  const daemon = await startKinetd({
    files: { 'inetd.conf': line(both, 'tcp') + line(four, 'tcp4') + line(six, 'tcp6') },
  });
  await daemon.address(String(both));
  const reach = (host: string, port: number): Promise<string> =>
    talk({ host, port }, { send: 'x' }).then(
      ({ text }) => text,
      () => 'refused',
    );
  expect([await reach('127.0.0.1', both), await reach('::1', both)]).toEqual(['x', 'x']);
  expect([await reach('127.0.0.1', four), await reach('::1', four)]).toEqual(['x', 'refused']);
  expect([await reach('127.0.0.1', six), await reach('::1', six)]).toEqual(['refused', 'x']);
});

test('bind with several addresses: a socket for each, and a reload keeps those that stay', async () => {
  const port = await fixedPort();
  const at = (bind: string): string => service('many', { port, bind });
  const daemon = await startKinetd({ files: { 'x.conf': at('127.0.0.1 127.0.0.2') } });
  const fares = (host: string): Promise<string> =>
    talk({ host, port }, { send: 'x' }).then(
      ({ text }) => text,
      (error: NodeJS.ErrnoException) => error.code ?? '',
    );
  const each = (): Promise<string[]> => Promise.all(['127.0.0.1', '127.0.0.2', '127.0.0.3'].map(fares));
  expect(await each()).toEqual(['x', 'x', 'ECONNREFUSED']);
  daemon.write('x.conf', at('127.0.0.2 127.0.0.3'));
  await daemon.reload();
  expect(await each()).toEqual(['ECONNREFUSED', 'x', 'x']);
});

test('bind with a network device', async (context) => {
  const daemon = new Kinetd({ files: { 'x.conf': service('lo', { bind: 'lo' }) } });
  const said = await daemon.says(/Started working|device-not-bindable/);
  context.skip(said[0] !== 'Started working', 'this system does not let the daemon bind to devices');
  const { port } = await daemon.address('lo');
  expect((await talk({ host: '127.0.0.2', port }, { send: 'x' })).text).toBe('x');
});

test('a name that is neither a device nor a host refuses the service', async () => {
  const daemon = new Kinetd({ files: { 'x.conf': service('lo', { bind: 'nodevice0' }) } });
  await daemon.says(/error\[name-not-resolved\]: 'nodevice0' is neither a network device of this machine nor a host/);
});
