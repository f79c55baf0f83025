/** kinetd serve: one line on a shell, and a program serves. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { passing } from '../../daemon/activation.ts';
import { open, talk, UdpClient } from '../../daemon/client.ts';
import { command } from '../../daemon/commands.ts';
import { currentUser, isRoot, startKinetd } from '../../daemon/kinetd.ts';
import { fixedPort } from '../../daemon/ports.ts';
import { python, python3, shell } from '../../daemon/programs.ts';
import { listening, listeningAt, ordinary, serving, startServe } from '../../daemon/serve.ts';
import { talkUnix } from '../../daemon/unix-client.ts';
import { alive, until } from '../../daemon/until.ts';

const here = 'tcp:127.0.0.1:0';

test('a program of PATH behind ports that are free and a Unix socket, until Ctrl-C', async () => {
  const daemon = await startServe([here, 'tcp:[::1]:0', 'unix:socket', '--', 'tr', 'a-z', 'A-Z']);
  await daemon.says(/^kinetd: listening on unix .*\/socket$/m);
  const [four, six] = await listening(daemon, 2);
  expect(six?.host).toBe('::1');
  for (const address of [four, six]) {
    expect((await talk(address ?? { host: '', port: 0 }, { send: 'hello' })).text).toBe('HELLO');
  }
  expect(await talkUnix(join(daemon.folder, 'socket'), 'hello')).toBe('HELLO');
  await daemon.says(/^START: tr pid=\d+ from=127\.0\.0\.1\nEXIT: tr status=0 pid=\d+ duration=0\(sec\)$/m);

  const client = await open(four ?? { host: '', port: 0 });
  const [, pid] = await daemon.says(/START: tr pid=(\d+)[^\n]*\n(?!EXIT)[\s\S]*$/);
  daemon.signal('SIGINT');
  expect(await daemon.ended()).toBe(0);
  await client.closed();
  expect(alive(Number(pid))).toBe(false);
  expect(existsSync(join(daemon.folder, 'socket'))).toBe(false);
  expect(daemon.errors).not.toMatch(/whoever reaches/);
});

test('a program of this folder has the folder, the environment and the umask of the shell, and its words as they are', async () => {
  const words = ['', 'two words', "it's", '"quoted"', 'back\\slash', 'tab\there', 'line\nbreak', '#', '$HOME', 'ü'];
  const daemon = await startServe([here, '--', './show', ...words], {
    files: { show: shell('pwd; echo "$COLOUR"; umask; printf "<%s>\\n" "$0" "$@"\n') },
    environment: { COLOUR: 'light blue' },
    shell: 'umask 007',
  });
  const { text } = await talk(await listeningAt(daemon));
  const said = [daemon.folder, 'light blue', '0007', `<${daemon.folder}/show>`, ...words.map((word) => `<${word}>`)];
  expect(Buffer.from(text, 'latin1').toString('utf8')).toBe(`${said.join('\n')}\n`);
});

test('a line of the shell, and who does not fit in is turned away', async () => {
  const daemon = await startServe([
    '--shell',
    'read -r line; echo "$line" | tr a-z A-Z',
    here,
    '--from',
    '127.0.0.2 127.0.0.3',
    '--from=127.0.0.4',
    '--deny',
    '127.0.0.3',
    '--instances',
    '1',
  ]);
  const address = await listeningAt(daemon);
  const first = await open(address, '127.0.0.2');
  await daemon.says(/START: sh pid=\d+ from=127\.0\.0\.2/);
  expect((await talk(address, { from: '127.0.0.4', send: 'x\n' })).text).toBe('');
  await daemon.says(/FAIL: sh service_limit from=127\.0\.0\.4/);
  first.write('hello\n');
  expect(await first.closed()).toBe('HELLO\n');
  for (const from of ['127.0.0.1', '127.0.0.3']) {
    expect((await talk(address, { from })).text).toBe('');
    await daemon.says(new RegExp(`FAIL: sh address from=${from}`));
  }
});

test('what the program complains about is shown here, and its time is limited', async () => {
  const daemon = await startServe([here, '--timeout', '1', '--', './complain'], {
    files: { complain: shell('echo answer; echo trouble >&2; exec sleep 60\n') },
  });
  expect((await talk(await listeningAt(daemon))).text).toBe('answer\n');
  await daemon.says(/^STDERR: complain pid=(\d+) trouble\n[\s\S]*^EXIT: complain signal=\d+ pid=\1 .*timeout$/m);
});

test('--stderr client leaves nothing for the terminal, and a control socket is there when it is asked for', async () => {
  const words = [here, '--control', 'control', '--stderr', 'client', '--shell', 'echo trouble >&2'];
  const daemon = await startServe(words);
  expect((await talk(await listeningAt(daemon))).text).toBe('trouble\n');
  const { status, output } = await command('ps', '--control', join(daemon.folder, 'control'));
  expect([status, output]).toEqual([0, expect.stringContaining('PID')]);
  expect(daemon.errors).not.toContain('STDERR');
});

test('--quiet tells of clients that are not served alone', async () => {
  const port = await fixedPort();
  const daemon = serving([`tcp:127.0.0.1:${port}`, 'unix:socket', '--quiet', '--deny', '127.0.0.2', '--', 'cat']);
  await until(() => (existsSync(join(daemon.folder, 'socket')) ? true : undefined));
  expect((await talk({ host: '127.0.0.1', port }, { send: 'x' })).text).toBe('x');
  expect((await talk({ host: '127.0.0.1', port }, { from: '127.0.0.2' })).text).toBe('');
  await daemon.says(/FAIL/);
  expect(await daemon.stop()).toBe(0);
  expect(daemon.errors).toBe('FAIL: cat address from=127.0.0.2\n');
});

test('there is no limit that was not asked for, as a file would have it', async () => {
  const daemon = await startServe([here, '--', 'echo', 'x']);
  const address = await listeningAt(daemon);
  for (let client = 0; client < 60; client++) expect((await talk(address)).text).toBe('x\n');
});

test('SIGHUP, which comes when the terminal goes, ends it', async () => {
  const daemon = await startServe([here, '--', 'cat']);
  daemon.signal('SIGHUP');
  expect(await daemon.ended()).toBe(0);
});

test('every address of the machine, when no other is named; and that is said', async () => {
  const daemon = await startServe(['0', '--', 'cat']);
  await daemon.says(/^kinetd: listening on tcp (\[::\]|0\.0\.0\.0):\d+ \(every address of this machine\)$/m);
  await daemon.says(/^kinetd: whoever reaches this machine is served; --from says who is$/m);
  expect((await talk(await listeningAt(daemon), { send: 'x' })).text).toBe('x');
});

test.runIf(isRoot)('root serves as another user, and is told when it does not', async () => {
  const daemon = await startServe([here, '--user', 'nobody', '--shell', 'id -un']);
  expect((await talk(await listeningAt(daemon))).text).toBe('nobody\n');
  const root = await startServe([here, '--shell', 'id -un']);
  await root.says(/^kinetd: the program runs as root; --user gives it another user$/m);
  expect((await talk(await listeningAt(root))).text).toBe('root\n');
  expect(daemon.errors).not.toContain('runs as root');
});

test('an ordinary user serves as who it is', async () => {
  const daemon = await startServe([here, '--shell', 'id -un'], ordinary);
  expect((await talk(await listeningAt(daemon))).text).toBe(`${isRoot ? 'nobody' : currentUser()}\n`);
});

test.runIf(isRoot)('datagrams: each sender has a server', async () => {
  const daemon = await startServe(['udp:127.0.0.1:0', '--', 'cat']);
  const address = await listeningAt(daemon);
  const client = new UdpClient();
  await client.send(address, 'one');
  expect(await client.answer()).toBe('one');
  await client.send(address, 'two');
  expect(await client.answer()).toBe('two');
});

test.skipIf(python3 === undefined)('datagrams: a program that waits for them gets the socket', async () => {
  const answer = python(
    'import socket\ns = socket.socket(fileno=0)\ntext, sender = s.recvfrom(100)\ns.sendto(text.upper(), sender)\n',
  );
  const daemon = await startServe(['udp:127.0.0.1:0', '--wait', 'yes', '--', './answer'], {
    ...ordinary,
    files: { answer },
  });
  const client = new UdpClient();
  await client.send(await listeningAt(daemon), 'one');
  expect(await client.answer()).toBe('ONE');
});

test.skipIf(python3 === undefined)('a script that is loaded once: each client gets a fork of it', async () => {
  const daemon = await startServe([here, '--launch', 'forkserver', '--', './answer'], {
    files: { answer: python('import os, sys\nprint(os.getppid(), sys.stdin.readline().upper())\n') },
  });
  const address = await listeningAt(daemon);
  expect((await talk(address, { send: 'hello\n' })).text).toBe(`${daemon.pid} HELLO\n\n`);
  await until(async () => ((await talk(address, { send: 'x\n' })).text === `${daemon.pid} X\n\n` ? true : undefined));
});

test('what --print writes is the same service for kinetd run', async () => {
  const words = ['--from', '127.0.0.1', '--env', 'A=1', here, '--', 'sh', '-c', 'echo "$A $0"; pwd', "it's"];
  const printing = serving(['--print', ...words]);
  expect(await printing.ended()).toBe(0);
  expect(printing.errors).toBe('');
  const daemon = await startKinetd({ files: { 'x.conf': printing.output } });
  const address = await daemon.address('sh');
  expect((await talk(address)).text).toBe(`1 it's\n${printing.folder}\n`);
  expect((await talk(address, { from: '127.0.0.2' })).text).toBe('');
});

test.skipIf(python3 === undefined)('a port that a supervisor has opened and passed', async () => {
  const port = await fixedPort();
  const daemon = await startServe([`tcp:127.0.0.1:${port}`, '--shell', 'env'], { wrapper: passing([{ port }]) });
  const { text } = await talk({ host: '127.0.0.1', port });
  expect(text).toContain('REMOTE_HOST=127.0.0.1\n');
  expect(text).not.toContain('LISTEN_');
  expect(daemon.errors).not.toContain('port-taken');
});
