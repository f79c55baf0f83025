/** hosts.allow and hosts.deny: asked for each client as they are then, before anything is started. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { talk, UdpClient } from '../../daemon/client.ts';
import { withHosts } from '../../daemon/hosts.ts';
import { type Kinetd, type KinetdOptions, service, startKinetd, testFolder } from '../../daemon/kinetd.ts';
import { canMount, inOwnMounts } from '../../daemon/mounts.ts';
import { python, python3 } from '../../daemon/programs.ts';

/** A daemon whose /etc the test can write to while it runs. */
async function startWithEtc(
  files: Readonly<Record<string, string>>,
  options: KinetdOptions,
): Promise<{ daemon: Kinetd; etc: (name: string, text: string) => void }> {
  const folder = testFolder();
  const etc = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  for (const [name, text] of Object.entries(files)) etc(name, text);
  const names = '/etc/passwd /etc/group /etc/services /etc/protocols';
  const wrapper = inOwnMounts(`cp -a ${names} ${folder}/; mount --bind ${folder} /etc`);
  return { daemon: await startKinetd({ ...options, wrapper }), etc };
}

async function serves(daemon: Kinetd, id: string, from = '127.0.0.1'): Promise<boolean> {
  return (await talk(await daemon.address(id), { send: 'x', from })).text === 'x';
}

test.skipIf(!canMount)('who is refused, by which name, and what is logged', async () => {
  const { daemon, etc } = await startWithEtc(
    { 'hosts.deny': 'cat: 127.0.0.2\nzz: ALL\nargs: ALL: severity err\n' },
    {
      files: {
        'x.conf':
          service('plain', {}) +
          service('named', { libwrap: 'zz' }) +
          service('argv', { flags: 'NAMEINARGS', server_args: '/bin/args' }) +
          service('free', { flags: 'NOLIBWRAP', libwrap: 'zz' }),
      },
    },
  );
  expect([await serves(daemon, 'plain'), await serves(daemon, 'plain', '127.0.0.2')]).toEqual([true, false]);
  expect([await serves(daemon, 'named'), await serves(daemon, 'argv'), await serves(daemon, 'free')]).toEqual([
    false,
    false,
    true,
  ]);
  await daemon.says(/^FAIL: plain libwrap from=127\.0\.0\.2$/m);
  await daemon.says(/^kinetd: libwrap refused connection to plain \(libwrap=cat\) from 127\.0\.0\.2$/m);
  await daemon.says(/^kinetd: libwrap refused connection to named \(libwrap=zz\) from 127\.0\.0\.1$/m);
  await daemon.says(/^kinetd: error: libwrap refused connection to argv \(libwrap=args\) from 127\.0\.0\.1$/m);
  expect(daemon.errors).not.toMatch(/^START: (named|argv)/m);
  // Without a reload.
  etc('hosts.allow', 'ALL: ALL\n');
  expect([await serves(daemon, 'plain', '127.0.0.2'), await serves(daemon, 'named')]).toEqual([true, true]);
  etc('hosts.allow', 'cat: ALL: twist /bin/echo no\n');
  expect([await serves(daemon, 'plain'), await serves(daemon, 'free')]).toEqual([false, true]);
  await daemon.says(/^kinetd: error: \/etc\/hosts\.allow, line 1: the option twist is not supported/m);
});

test.skipIf(!canMount)('names, and clients without one', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': ['near', 'named', 'inside'].map((id) => service(id, { libwrap: id })).join('') },
    wrapper: withHosts(['127.0.0.2 cat.example.org', '127.0.0.3 cat'], {
      'hosts.allow': 'near: LOCAL\nnamed: KNOWN\ninside: .example.org\n',
      'hosts.deny': 'ALL: ALL\n',
    }),
  });
  const table: Record<string, readonly boolean[]> = {};
  for (const id of ['near', 'named', 'inside']) {
    table[id] = [
      await serves(daemon, id, '127.0.0.1'),
      await serves(daemon, id, '127.0.0.2'),
      await serves(daemon, id, '127.0.0.3'),
    ];
  }
  expect(table).toEqual({
    near: [false, false, true],
    named: [false, true, true],
    inside: [false, true, false],
  });
});

const echo = python(`
import socket
sock = socket.socket(fileno=0)
text, sender = sock.recvfrom(100)
sock.sendto(text, sender)
`);

test.skipIf(!canMount || python3 === undefined)(
  'datagrams, and a stream whose server accepts its clients',
  async () => {
    const accepts = python(`
import socket
client, _ = socket.socket(fileno=0).accept()
client.sendall(b"x")
`);
    const { daemon, etc } = await startWithEtc(
      { 'hosts.deny': 'echo: 127.0.0.2\naccepts: 10.0.0.1\n' },
      {
        files: {
          'x.conf':
            service('udp', { socket_type: 'dgram', server: '@FOLDER@/echo' }) +
            service('tcp', { wait: 'yes', server: '@FOLDER@/accepts' }),
          echo,
          accepts,
        },
      },
    );
    const address = await daemon.address('udp');
    const stranger = new UdpClient('udp4', '127.0.0.2');
    const friend = new UdpClient('udp4', '127.0.0.1');
    await stranger.send(address, 'refused');
    await friend.send(address, 'one');
    expect(await friend.answer()).toBe('one');
    await daemon.says(/^FAIL: udp libwrap from=127\.0\.0\.2$/m);
    // Nobody knows whether the client is the one that the rule is about.
    expect(await serves(daemon, 'tcp')).toBe(false);
    await daemon.says(/^FAIL: tcp libwrap from=/m);
    etc('hosts.deny', '');
    expect(await serves(daemon, 'tcp')).toBe(true);
  },
);
