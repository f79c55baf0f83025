/** Who may use a service and when: decided before anything is started. */
import { expect, test } from 'vitest';

import { talk, UdpClient } from '../../daemon/client.ts';
import { type Kinetd, service, startKinetd } from '../../daemon/kinetd.ts';
import { python, python3 } from '../../daemon/programs.ts';

/** Whether a service answers a client of the given address. */
async function serves(daemon: Kinetd, id: string, from: string): Promise<boolean> {
  const { port } = await daemon.address(id);
  const { text } = await talk({ host: from === '::1' ? '::1' : '127.0.0.1', port }, { send: 'x', from });
  return text === 'x';
}

async function answersOf(
  attributes: Readonly<Record<string, string>>,
  clients: readonly string[],
): Promise<Record<string, boolean>> {
  const daemon = await startKinetd({ files: { 'x.conf': service('echo', { bind: '::', ...attributes }) } });
  const answers: Record<string, boolean> = {};
  for (const client of clients) answers[client] = await serves(daemon, 'echo', client);
  for (const client of clients) {
    await daemon.says(
      new RegExp(`^${answers[client] ? 'START: echo pid=\\d+' : 'FAIL: echo address'} from=${client}$`, 'm'),
    );
  }
  return answers;
}

const clients = ['127.0.0.1', '127.0.0.2', '127.0.1.1', '::1'];

test('only_from lets in what it lists', async () => {
  expect(await answersOf({ only_from: '127.0.0.0/24' }, clients)).toEqual({
    '127.0.0.1': true,
    '127.0.0.2': true,
    '127.0.1.1': false,
    '::1': false,
  });
});

test('an empty only_from lets in nobody', async () => {
  expect(await answersOf({ only_from: '' }, clients)).toEqual({
    '127.0.0.1': false,
    '127.0.0.2': false,
    '127.0.1.1': false,
    '::1': false,
  });
});

test('no_access keeps out what it lists', async () => {
  expect(await answersOf({ no_access: '127.0.0.2 ::1' }, clients)).toEqual({
    '127.0.0.1': true,
    '127.0.0.2': false,
    '127.0.1.1': true,
    '::1': false,
  });
});

test('of both lists the more specific entry decides, and a tie refuses', async () => {
  const lists = { only_from: '127.0.0.0/8 127.0.0.2', no_access: '127.0.0.0/24 127.0.1.1' };
  expect(await answersOf(lists, clients)).toEqual({
    '127.0.0.1': false,
    '127.0.0.2': true,
    '127.0.1.1': false,
    '::1': false,
  });
  expect(await answersOf({ only_from: '127.0.0.1', no_access: '127.0.0.1' }, ['127.0.0.1'])).toEqual({
    '127.0.0.1': false,
  });
});

test('a refused client leaves FAIL alone: nothing was started for it', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': service('echo', { no_access: '127.0.0.1', server: '@FOLDER@/mark' }), mark: '#!/bin/sh\n' },
  });
  await talk(await daemon.address('echo'));
  await daemon.says(/^FAIL: echo address from=127\.0\.0\.1$/m);
  await daemon.reload();
  expect(daemon.errors).not.toMatch(/^(START|EXIT)/m);
});

/** `HH:MM` of local time, so many minutes from now. */
function clock(minutes: number): string {
  const time = new Date(Date.now() + minutes * 60_000);
  return `${String(time.getHours()).padStart(2, '0')}:${String(time.getMinutes()).padStart(2, '0')}`;
}

test('access_times: outside of them a client is refused, within them served', async () => {
  const daemon = await startKinetd({
    files: {
      'x.conf':
        service('open', { access_times: `${clock(-10)}-${clock(10)}` }) +
        service('closed', { access_times: `${clock(120)}-${clock(180)}` }) +
        service('round', { access_times: `${clock(180)}-${clock(120)}` }) +
        service('twice', { access_times: `${clock(120)}-${clock(180)} ${clock(-10)}-${clock(10)}` }),
    },
  });
  const served = async (id: string): Promise<boolean> =>
    (await talk(await daemon.address(id), { send: 'x' })).text === 'x';
  expect(await served('open')).toBe(true);
  expect(await served('round')).toBe(true);
  expect(await served('twice')).toBe(true);
  expect(await served('closed')).toBe(false);
  await daemon.says(/^FAIL: closed time from=127\.0\.0\.1$/m);
  expect(daemon.errors).not.toContain('START: closed');
});

const answers = python(`
import socket
sock = socket.socket(fileno=0)
text, sender = sock.recvfrom(100)
sock.sendto(text, sender)
`);

test.skipIf(python3 === undefined)(
  'a refused datagram is dropped and does not stand in the way of the next one',
  async () => {
    const entry = service('echo', { socket_type: 'dgram', server: '@FOLDER@/server', no_access: '127.0.0.2' });
    const daemon = await startKinetd({ files: { 'x.conf': entry, server: answers } });
    const address = await daemon.address('echo');
    const stranger = new UdpClient('udp4', '127.0.0.2');
    const friend = new UdpClient('udp4', '127.0.0.1');
    for (const text of ['one', 'two', 'three']) {
      await stranger.send(address, 'refused');
      await friend.send(address, text);
      expect(await friend.answer()).toBe(text);
    }
    await daemon.says(/^FAIL: echo address from=127\.0\.0\.2$/m);
    expect(daemon.errors).not.toMatch(/START: .*from=127\.0\.0\.2/);
    expect(daemon.errors.match(/^FAIL/gm), 'the same sender is logged once a minute').toHaveLength(1);
  },
);

test.skipIf(python3 === undefined)(
  'a datagram service that was refused by its times serves once a reload opens it',
  async () => {
    const entry = (times: string): string =>
      service('echo', { socket_type: 'dgram', server: '@FOLDER@/server', access_times: times });
    const daemon = await startKinetd({
      files: { 'x.conf': entry(`${clock(120)}-${clock(180)}`), server: answers },
    });
    const address = await daemon.address('echo');
    const client = new UdpClient();
    await client.send(address, 'too early');
    await daemon.says(/^FAIL: echo time from=127\.0\.0\.1$/m);
    daemon.write('x.conf', entry('00:00-23:59'));
    await daemon.reload();
    await client.send(address, 'now');
    expect(await client.answer()).toBe('now');
  },
);

test.skipIf(python3 === undefined)(
  'a stream service that waits refuses a client by its times without starting its server',
  async () => {
    const entry = (times: string): string =>
      service('late', { wait: 'yes', server: '@FOLDER@/server', access_times: times });
    const server = python(`
import socket
client, _ = socket.socket(fileno=0).accept()
client.sendall(b"served")
`);
    const daemon = await startKinetd({ files: { 'x.conf': entry(`${clock(120)}-${clock(180)}`), server } });
    const address = await daemon.address('late');
    expect((await talk(address)).text).toBe('');
    await daemon.says(/^FAIL: late time from=127\.0\.0\.1$/m);
    expect(daemon.errors).not.toContain('START');
    daemon.write('x.conf', entry('00:00-23:59'));
    await daemon.reload();
    expect((await talk(address)).text).toBe('served');
  },
);
