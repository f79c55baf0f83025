/** listen: one service behind several ports and a Unix socket, and what its servers are told. */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { groupByName, userByName } from '../../../src/os/mod.ts';
import { talk, UdpClient } from '../../daemon/client.ts';
import { currentUser, isRoot, type Kinetd, startKinetd } from '../../daemon/kinetd.ts';
import { fixedRange } from '../../daemon/ports.ts';
import { programPath, python, python3, shell } from '../../daemon/programs.ts';
import { talkUnix } from '../../daemon/unix-client.ts';

const ss = programPath('ss');

const told = shell('cat >/dev/null; echo $PROTO $REMOTE_HOST $TCPLOCALIP $UNIXLOCALPATH $LOCAL_PORT\n');

function entry(listen: string, more = ''): string {
  return `service s\n{\n\tlisten = ${listen}\n\twait = no\n\tuser = ${currentUser()}\n\tserver = @FOLDER@/program\n${more}}\n`;
}

function ports(daemon: Kinetd): number[] {
  return [...daemon.errors.matchAll(/^s: tcp \S+:(\d+)$/gm)].map(([, port]) => Number(port));
}

test('each socket of the line leads to the same service, and its servers know which it was', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': entry('tcp:127.0.0.1:0 tcp:127.0.0.1:0 unix:@FOLDER@/socket'), program: told },
  });
  await daemon.says(/s: unix .*socket\n/);
  const [first = 0, second = 0] = ports(daemon);
  expect(first).not.toBe(second);
  for (const port of [first, second]) {
    const { text } = await talk({ host: '127.0.0.1', port });
    expect(text).toBe(`TCP 127.0.0.1 127.0.0.1 ${port}\n`);
  }
  expect(await talkUnix(join(daemon.folder, 'socket'), '')).toBe(
    `UNIX unix:uid=${process.getuid?.()} ${daemon.folder}/socket\n`,
  );
});

test('the file of a Unix socket has its mode, and goes with the daemon', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': entry('unix:@FOLDER@/socket', '\tsocket_mode = 620\n'), program: told },
  });
  const path = join(daemon.folder, 'socket');
  expect(statSync(path).mode & 0o777).toBe(0o620);
  await daemon.stop();
  expect(existsSync(path)).toBe(false);
});

test.skipIf(!isRoot)('it belongs to socket_owner and socket_group (skipped: needs root)', async () => {
  const owner = '\tsocket_owner = nobody\n\tsocket_group = daemon\n\tsocket_mode = 660\n';
  const daemon = await startKinetd({
    files: { 'x.conf': entry('unix:@FOLDER@/socket', owner), program: told },
  });
  const { uid, gid, mode } = statSync(join(daemon.folder, 'socket'));
  const [nobody, group] = [userByName('nobody')?.uid, groupByName('daemon')?.gid];
  expect([uid, gid, mode & 0o777]).toEqual([nobody, group, 0o660]);
});

test.skipIf(ss === undefined)('backlog is the length of the queue of each socket', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': entry('tcp:127.0.0.1:0 unix:@FOLDER@/socket', '\tbacklog = 17\n'), program: told },
  });
  await daemon.says(/s: unix .*socket\n/);
  const queue = (words: readonly string[]): string | undefined =>
    spawnSync(ss ?? '', ['-Hln', ...words], { encoding: 'utf8' })
      .stdout.trim()
      .split(/\s+/)[words[0] === '-t' ? 2 : 3];
  expect(queue(['-t', `sport = :${ports(daemon)[0]}`])).toBe('17');
  expect(queue(['-x', `src = ${join(daemon.folder, 'socket')}`])).toBe('17');
});

test('every port of a range, on each of two addresses', async () => {
  const low = await fixedRange(3);
  const daemon = await startKinetd({
    files: {
      'x.conf': entry(`tcp:127.0.0.1:${low}-${low + 1} tcp:127.0.0.2:${low + 1}-${low + 2}`),
      program: told,
    },
  });
  for (const [host, port] of [
    ['127.0.0.1', low],
    ['127.0.0.1', low + 1],
    ['127.0.0.2', low + 1],
    ['127.0.0.2', low + 2],
  ] as const) {
    expect((await talk({ host, port })).text).toBe(`TCP 127.0.0.1 ${host} ${port}\n`);
  }
  await expect(talk({ host: '127.0.0.2', port: low })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect(ports(daemon)).toHaveLength(4);
});

test.skipIf(python3 === undefined)(
  'udp: datagrams at several addresses, for one server at a time and address',
  async () => {
    const daemon = await startKinetd({
      files: {
        'x.conf': entry('udp:127.0.0.1:0 udp:127.0.0.2:0', '\tsocket_type = dgram\n').replace(
          'wait = no',
          'wait = yes',
        ),
        program: python(`
import os, socket
sock = socket.socket(fileno=0)
text, sender = sock.recvfrom(100)
sock.sendto((os.environ["PROTO"] + " " + sock.getsockname()[0] + " ").encode() + text, sender)
`),
      },
    });
    const client = new UdpClient();
    await daemon.says(/s: udp 127\.0\.0\.2:\d+/);
    for (const [, host = '', port] of daemon.errors.matchAll(/^s: udp (\S+):(\d+)$/gm)) {
      await client.send({ host, port: Number(port) }, 'hello');
      expect(await client.answer()).toBe(`UDP ${host} hello`);
    }
  },
);

test('a reload adds and drops sockets, and keeps the others open', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': entry('unix:@FOLDER@/kept unix:@FOLDER@/dropped'), program: told },
  });
  const kept = statSync(join(daemon.folder, 'kept')).ino;
  daemon.write('x.conf', entry('unix:@FOLDER@/kept unix:@FOLDER@/added'));
  await daemon.reload();
  expect(statSync(join(daemon.folder, 'kept')).ino).toBe(kept);
  expect(existsSync(join(daemon.folder, 'dropped'))).toBe(false);
  expect(await talkUnix(join(daemon.folder, 'added'), '')).toContain('added');
});

test.skipIf(python3 === undefined)('rcvbuf and sndbuf are those of the connections', async () => {
  const daemon = await startKinetd({
    files: {
      'x.conf': entry('tcp:127.0.0.1:0', '\tsndbuf = 64K\n\trcvbuf = 32K\n'),
      program: `#!${python3} -IS\nimport socket\ns = socket.socket(fileno=0)\nprint(s.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF), s.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF))\n`,
    },
  });
  // socket(7): the kernel doubles what is set.
  expect((await talk(await daemon.address('s'))).text).toBe('131072 65536\n');
});
