/** Unix sockets that keep packets apart: a server for each connection, or the listening socket for one that waits. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect, test } from 'vitest';

import { currentUser, type Kinetd, startKinetd } from '../../daemon/kinetd.ts';
import { python, python3 } from '../../daemon/programs.ts';

const user = currentUser();

/** Sends each word as a packet and prints the packets that come, one a line, to the end. */
const client = `
import socket, sys
sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
sock.connect(sys.argv[1])
for word in sys.argv[2:]: sock.send(word.encode())
sock.shutdown(socket.SHUT_WR)
while packet := sock.recv(100): print(packet.decode())
`;

async function packets(path: string, ...words: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)(python3 ?? '', ['-IS', '-c', client, path, ...words]);
  return stdout.split('\n').slice(0, -1);
}

/** Takes one connection and says whose it is. */
const acceptor = python(`
import socket
listener = socket.socket(fileno=0)
connection, _ = listener.accept()
connection.send(b"accepted " + connection.recv(100))
`);

function inetd(line: string): Promise<Kinetd> {
  return startKinetd({ files: { 'inetd.conf': `@FOLDER@/s ${line}\n`, acceptor } });
}

test.skipIf(python3 === undefined)('seqpacket nowait: packets reach the server and come back one by one', async () => {
  const daemon = await inetd(`seqpacket unix nowait ${user} /bin/cat cat`);
  const path = join(daemon.folder, 's');
  expect(await packets(path, 'one', 'and two', '3')).toEqual(['one', 'and two', '3']);
  const uid = process.getuid?.();
  await daemon.says(new RegExp(`^START: ${path} pid=\\d+ from=unix:uid=${uid}$`, 'm'));
  expect(await packets(path, 'again')).toEqual(['again']);
});

test.skipIf(python3 === undefined)('seqpacket wait: the server accepts for itself, one after the other', async () => {
  const daemon = await inetd(`seqpacket unix wait ${user} @FOLDER@/acceptor acceptor`);
  const path = join(daemon.folder, 's');
  for (const word of ['first', 'second']) expect(await packets(path, word)).toEqual([`accepted ${word}`]);
});

test.skipIf(python3 === undefined)(
  'seqpacket in an xinetd.conf is the type of the sockets that listen names',
  async () => {
    const attributes = [
      'listen = unix:@FOLDER@/s',
      'socket_type = seqpacket',
      'wait = no',
      `user = ${user}`,
      'server = /bin/cat',
    ];
    const daemon = await startKinetd({
      files: { 'x.conf': `service records\n{\n${attributes.join('\n')}\n}\n` },
    });
    expect(await packets(join(daemon.folder, 's'), 'one', 'two')).toEqual(['one', 'two']);
  },
);
