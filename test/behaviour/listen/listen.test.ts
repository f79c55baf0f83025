/** listen: one service behind several ports and a Unix socket, and what its servers are told. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { talk } from '../../daemon/client.ts';
import { currentUser, type Kinetd, startKinetd } from '../../daemon/kinetd.ts';
import { python3, shell } from '../../daemon/programs.ts';
import { talkUnix } from '../../daemon/unix-client.ts';

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
  expect(await talkUnix(join(daemon.folder, 'socket'))).toBe(
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

test('a reload adds and drops sockets, and keeps the others open', async () => {
  const daemon = await startKinetd({
    files: { 'x.conf': entry('unix:@FOLDER@/kept unix:@FOLDER@/dropped'), program: told },
  });
  const kept = statSync(join(daemon.folder, 'kept')).ino;
  daemon.write('x.conf', entry('unix:@FOLDER@/kept unix:@FOLDER@/added'));
  await daemon.reload();
  expect(statSync(join(daemon.folder, 'kept')).ino).toBe(kept);
  expect(existsSync(join(daemon.folder, 'dropped'))).toBe(false);
  expect(await talkUnix(join(daemon.folder, 'added'))).toContain('added');
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
