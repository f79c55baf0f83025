/** Host names and domains in only_from and no_access: looked up for the client, there and back, while others are served. */
import { expect, test } from 'vitest';

import { open, talk, UdpClient } from '../../daemon/client.ts';
import { withHosts, withNameServer } from '../../daemon/hosts.ts';
import { type Kinetd, service, startKinetd } from '../../daemon/kinetd.ts';
import { canMount } from '../../daemon/mounts.ts';
import { nameServer } from '../../daemon/name-server.ts';
import { python, python3 } from '../../daemon/programs.ts';
import { until } from '../../daemon/until.ts';

const named = ['127.0.0.2 cat.example.org', '127.0.0.3 dog.example.com'];

async function serves(daemon: Kinetd, id: string, from: string): Promise<boolean> {
  return (await talk(await daemon.address(id), { send: 'x', from })).text === 'x';
}

test.skipIf(!canMount)('names and domains let in and keep out', async () => {
  const daemon = await startKinetd({
    files: {
      'x.conf':
        service('host', { only_from: 'CAT.example.org' }) +
        service('domain', { only_from: '.example.org' }) +
        service('outside', { no_access: '.example.org' }),
    },
    wrapper: withHosts(named),
  });
  const table: Record<string, readonly boolean[]> = {};
  for (const from of ['127.0.0.1', '127.0.0.2', '127.0.0.3']) {
    table[from] = [
      await serves(daemon, 'host', from),
      await serves(daemon, 'domain', from),
      await serves(daemon, 'outside', from),
    ];
  }
  expect(table).toEqual({
    '127.0.0.1': [false, false, true],
    '127.0.0.2': [true, true, false],
    '127.0.0.3': [false, false, true],
  });
  await daemon.says(/^FAIL: host address from=127\.0\.0\.3$/m);
});

test.skipIf(!canMount)('a name that does not lead back to the address, or is no name, lets nobody in', async () => {
  const server = await nameServer({
    names: { '127.0.0.2': 'cat.example.org', '127.0.0.3': 'cat.example.org', '127.0.0.4': 'a\nb.example.org' },
    addresses: { 'cat.example.org': '127.0.0.2' },
  });
  const daemon = await startKinetd({
    files: {
      'x.conf':
        service('only', { only_from: 'cat.example.org' }) + service('not', { no_access: 'dog.example.org 10.0.0.1' }),
    },
    wrapper: withNameServer(server.address),
  });
  const fates = async (from: string): Promise<readonly boolean[]> => [
    await serves(daemon, 'only', from),
    await serves(daemon, 'not', from),
  ];
  expect(await fates('127.0.0.2')).toEqual([true, true]);
  expect(await fates('127.0.0.3'), 'the name of another').toEqual([false, false]);
  expect((await fates('127.0.0.4'))[0], 'not a name').toBe(false);
  expect(await fates('127.0.0.5'), 'no name').toEqual([false, true]);
  expect(daemon.errors).not.toMatch(/^b\.example/m);
});

test.skipIf(!canMount)('DNS that never answers: the client is refused in time, and holds up nobody', async () => {
  const server = await nameServer({ silent: /./ });
  const daemon = await startKinetd({
    files: {
      'x.conf':
        service('mixed', { only_from: '.example.org 127.0.0.1' }) + service('gone', { only_from: '.example.org' }),
    },
    wrapper: withNameServer(server.address),
  });
  const late = Promise.all(
    ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5'].map((from) => serves(daemon, 'mixed', from)),
  );
  let over = false;
  void late.then(() => {
    over = true;
  });
  await until(() => (server.questions.length > 0 ? true : undefined));
  // Together, so that other threads have to start them.
  const friends = await Promise.all(Array.from({ length: 20 }, () => serves(daemon, 'mixed', '127.0.0.1')));
  expect(friends.every(Boolean)).toBe(true);
  expect(over, 'others were served while the names were looked up').toBe(false);
  expect(await late).toEqual([false, false, false, false]);
  await daemon.says(/^FAIL: mixed address from=127\.0\.0\.5$/m);
});

test.skipIf(!canMount)(
  'a client that waits for its name is let go when its service goes, and judged by its new text',
  async () => {
    const server = await nameServer({ silent: /./ });
    const services = (list: string): string => service('stays', list === '' ? {} : { only_from: list });
    const daemon = await startKinetd({
      files: { 'x.conf': services('.example.org') + service('goes', { only_from: '.example.org' }) },
      wrapper: withNameServer(server.address, 'timeout:2 attempts:1'),
    });
    const goes = await daemon.address('goes');
    const waiting = await open(goes, '127.0.0.2');
    const other = talk(await daemon.address('stays'), { send: 'x', from: '127.0.0.2' });
    await until(() => (server.questions.length > 0 ? true : undefined));
    daemon.write('x.conf', services('127.0.0.2'));
    await daemon.reload();
    expect(await waiting.closed(), 'closed without an answer').toBe('');
    expect((await other).text, 'the answer comes when the look-up has ended').toBe('x');
    expect(await daemon.stop()).toBe(0);
  },
);

const echo = python(`
import socket
sock = socket.socket(fileno=0)
text, sender = sock.recvfrom(100)
sock.sendto(text, sender)
`);

test.skipIf(!canMount || python3 === undefined)(
  'the first datagram of a client is served once its name is known',
  async () => {
    const daemon = await startKinetd({
      files: {
        'x.conf': service('echo', { socket_type: 'dgram', server: '@FOLDER@/server', only_from: '.example.org' }),
        server: echo,
      },
      wrapper: withHosts(named),
    });
    const address = await daemon.address('echo');
    const stranger = new UdpClient('udp4', '127.0.0.3');
    const friend = new UdpClient('udp4', '127.0.0.2');
    await stranger.send(address, 'refused');
    await friend.send(address, 'one');
    expect(await friend.answer()).toBe('one');
    await daemon.says(/^FAIL: echo address from=127\.0\.0\.3$/m);
  },
);

test.skipIf(!canMount || python3 === undefined)(
  'a datagram whose sender has a slow name is dropped after a second',
  async () => {
    const server = await nameServer({ silent: /127\.0\.0\.[34]/ });
    const daemon = await startKinetd({
      files: {
        'x.conf': service('echo', {
          socket_type: 'dgram',
          server: '@FOLDER@/server',
          only_from: '.example.org 127.0.0.1',
        }),
        server: echo,
      },
      wrapper: withNameServer(server.address, 'timeout:2 attempts:1'),
    });
    const address = await daemon.address('echo');
    const friend = new UdpClient('udp4', '127.0.0.1');
    const slow = ['127.0.0.3', '127.0.0.4'].map((from) => new UdpClient('udp4', from));
    for (const client of slow) await client.send(address, 'slow');
    await friend.send(address, 'one');
    expect(await friend.answer()).toBe('one');
    await daemon.says(/^FAIL: echo address from=127\.0\.0\.3$/m);
    await daemon.says(/^FAIL: echo address from=127\.0\.0\.4$/m);
  },
);
