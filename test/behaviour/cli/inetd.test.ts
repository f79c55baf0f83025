/** The personality inetd: the options of Debian's openbsd-inetd. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { open, talk, UdpClient } from '../../daemon/client.ts';
import { endDetached } from '../../daemon/detached.ts';
import { asNobody, currentUser, isRoot, Kinetd, type KinetdOptions, testFolder } from '../../daemon/kinetd.ts';
import { canMount, inOwnMounts, withEtc, withRun } from '../../daemon/mounts.ts';
import { fixedPort } from '../../daemon/ports.ts';
import { gone, procFile, statFields } from '../../daemon/processes.ts';
import { programPath, python, python3 } from '../../daemon/programs.ts';
import { until } from '../../daemon/until.ts';

function entry(port: number, program: string, wait = 'nowait'): string {
  return `127.0.0.1:${port} stream tcp ${wait} ${currentUser()} ${program}\n`;
}

/** `inetd -d OPTIONS FILE`, which says what it does on stderr. */
async function start(
  text: string,
  words: readonly string[] = [],
  options: Partial<KinetdOptions> = {},
): Promise<Kinetd> {
  const daemon = new Kinetd({
    files: { 'inetd.conf': text },
    command: ['inetd', '-d', ...words, '@FOLDER@/inetd.conf'],
    ...options,
  });
  await daemon.says(/Started working/);
  return daemon;
}

async function end(words: readonly string[], options: Partial<KinetdOptions> = {}): Promise<[unknown, string]> {
  const command = new Kinetd({ files: { 'inetd.conf': '' }, command: ['inetd', ...words], ...options });
  const status = await command.ended();
  return [status, command.errors];
}

test('-d serves in the foreground and speaks on stderr', async () => {
  const port = await fixedPort();
  const daemon = await start(entry(port, '/bin/cat cat'));
  expect(daemon.errors).toMatch(/^inetd: Started working: 1 available service$/m);
  expect((await talk({ host: '127.0.0.1', port }, { send: 'x' })).text).toBe('x');
  daemon.signal('SIGINT');
  expect(await daemon.ended()).toBe(0);
});

test('the environment of servers lacks what belongs to a login, and -E leaves it as it is', async () => {
  const port = await fixedPort();
  const environment = { PATH: '/bin:/usr/bin', HOME: '/root', SHELL: '/bin/sh', TERM: 'vt100', KEPT: '1' };
  const text = entry(port, '/bin/cat cat /proc/self/environ');
  const names = async (words: readonly string[]): Promise<string[]> => {
    const daemon = await start(text, words, { environment, cleanEnvironment: true });
    const answer = await talk({ host: '127.0.0.1', port });
    expect(await daemon.stop()).toBe(0);
    return answer.text.split('\0').map((string) => string.replace(/=.*/s, ''));
  };
  const washed = await names([]);
  expect(washed).toContain('KEPT');
  for (const name of ['PATH', 'HOME', 'SHELL', 'TERM']) expect(washed).not.toContain(name);
  expect(await names(['-E'])).toEqual(expect.arrayContaining(['PATH', 'HOME', 'SHELL', 'TERM', 'KEPT']));
});

test('-R 2: a third start within a minute ends in a rest of the service, while the two run on', async () => {
  const port = await fixedPort();
  const address = { host: '127.0.0.1', port };
  const daemon = await start(entry(port, '/bin/cat cat'), ['-R', '2']);
  const running = [await open(address), await open(address)];
  for (const connection of running) {
    connection.write('x');
    await connection.receive(/x/);
  }
  expect((await talk(address, { halfClose: false })).text).toBe('');
  await daemon.says(/error: \d+\/tcp server failing \(looping\), service rests for \d+ seconds$/m);
  for (const connection of running) {
    connection.write('y');
    await connection.receive(/xy/);
  }
});

test('a rate in the file counts before -R, and -R 0 is no bound', async () => {
  const [bounded, free] = [await fixedPort(), await fixedPort()];
  const daemon = await start(entry(bounded, '/bin/echo echo one', 'nowait.1') + entry(free, '/bin/echo echo free'), [
    '-R',
    '0',
  ]);
  for (let visit = 0; visit < 5; visit++) {
    expect((await talk({ host: '127.0.0.1', port: free })).text).toBe('free\n');
  }
  expect((await talk({ host: '127.0.0.1', port: bounded })).text).toBe('one\n');
  expect((await talk({ host: '127.0.0.1', port: bounded })).text).toBe('');
  await daemon.says(new RegExp(`${bounded}/tcp server failing`));
});

test.skipIf(python3 === undefined)('-R holds back a datagram server without losing the datagram', async () => {
  const port = await fixedPort();
  const server = python(`
import socket
sock = socket.socket(fileno=0)
text, sender = sock.recvfrom(100)
sock.sendto(text, sender)
`);
  const text = (rate: number): string =>
    `127.0.0.1:${port} dgram udp wait.${rate} ${currentUser()} @FOLDER@/server server\n`;
  const daemon = await start(text(2), [], { files: { 'inetd.conf': text(2), server } });
  const client = new UdpClient();
  for (const datagram of ['a', 'b', 'c']) await client.send({ host: '127.0.0.1', port }, datagram);
  expect([await client.answer(), await client.answer()]).toEqual(['a', 'b']);
  await daemon.says(/udp server failing \(looping\)/);
  expect(client.received).toEqual(['a', 'b']);
});

const ss = programPath('ss');

test.skipIf(ss === undefined)('-q sets the length of the queue, and never less than ten', async () => {
  const backlogs: (string | undefined)[] = [];
  for (const words of [['-q', '50'], ['-q', '3'], []]) {
    const port = await fixedPort();
    const daemon = await start(entry(port, '/bin/cat cat'), words);
    const { stdout } = spawnSync(ss ?? 'ss', ['-Hlnt', `sport = :${port}`], { encoding: 'utf8' });
    backlogs.push(stdout.trim().split(/\s+/)[2]);
    await daemon.stop();
  }
  expect(backlogs.slice(0, 2)).toEqual(['50', '10']);
  expect(Number(backlogs[2])).toBeGreaterThanOrEqual(10);
});

// Root's inetd writes a pid file where the system has it.
test.skipIf(isRoot && !canMount).each([
  ['-i', false],
  ['-f', false],
  ['-fe', true],
] as const)('%s stays in the foreground without a terminal', async (option, speaks) => {
  const port = await fixedPort();
  const daemon = new Kinetd({
    files: { 'inetd.conf': entry(port, '/bin/cat cat') },
    command: ['inetd', option, '@FOLDER@/inetd.conf'],
    ...(canMount ? { wrapper: withRun } : {}),
  });
  await until(() =>
    talk({ host: '127.0.0.1', port }).then(
      () => true,
      () => undefined,
    ),
  );
  expect(statFields(daemon.pid)[1]).toBe(String(process.pid));
  expect(await daemon.stop()).toBe(0);
  // -e is BusyBox's: messages go to stderr.
  expect(daemon.errors.includes('Started working')).toBe(speaks);
});

test.each([
  ['an unknown option', ['-x'], '-x is not an option'],
  ['-R without a number', ['-R'], '-R needs a value'],
  ['-q with words', ['-q', 'long', 'file'], '-q needs a whole number, not long'],
  ['two files', ['one', 'two'], 'one configuration file, not 2'],
])('%s ends with status 1 and the usage', async (_, words, message) => {
  const [status, errors] = await end(words);
  expect(status).toBe(1);
  expect(errors).toContain(`inetd: ${message}`);
  expect(errors).toContain(
    'usage: inetd [-dEil] [-q length] [-R rate] [--dialect name] [--control place] [configuration_file]',
  );
});

test.runIf(isRoot)('an ordinary user has to name a file', async () => {
  const [status, errors] = await end(['-d'], { wrapper: asNobody });
  expect(status).toBe(1);
  expect(errors).toContain('inetd: an ordinary user has to name a configuration file');
});

test('options may be written together', async () => {
  const port = await fixedPort();
  const daemon = new Kinetd({
    files: { 'inetd.conf': entry(port, '/bin/cat cat') },
    command: ['inetd', '-diEl', '-R40', '@FOLDER@/inetd.conf'],
  });
  await daemon.says(/Started working: 1 available service/);
});

test.runIf(canMount)('it detaches, and its pid file is /run/inetd.pid', async () => {
  const port = await fixedPort();
  const command = new Kinetd({
    files: { 'inetd.conf': entry(port, '/bin/cat cat') },
    command: ['inetd', '@FOLDER@/inetd.conf'],
    wrapper: inOwnMounts('mount --bind "$PWD" /run'),
  });
  expect(await command.ended()).toBe(0);
  const pid = Number(command.read('inetd.pid'));
  expect(gone(pid)).toBe(false);
  expect(procFile(pid, 'comm')).toBe('inetd\n');
  expect((await talk({ host: '127.0.0.1', port }, { send: 'x' })).text).toBe('x');
  await endDetached(pid);
  expect(command.read('inetd.pid')).toBe('');
});

test.runIf(canMount)('root without a file gets /etc/inetd.conf', async () => {
  const port = await fixedPort();
  const etc = testFolder();
  writeFileSync(join(etc, 'inetd.conf'), entry(port, '/bin/cat cat'));
  const daemon = new Kinetd({ files: {}, command: ['inetd', '-d'], wrapper: withEtc(etc, testFolder()) });
  await daemon.says(/Started working: 1 available service/);
  expect((await talk({ host: '127.0.0.1', port }, { send: 'x' })).text).toBe('x');
});

test.each([
  [
    '-l alone',
    ['-l'],
    "-l asks hosts.allow and hosts.deny, as with Debian's inetd; with FreeBSD's it logs connections",
  ],
  ['-l with -C', ['-l', '-C', '60'], "-l logs connections, as with FreeBSD's inetd, because of -C; with Debian's"],
  ['-q with -w', ['-q', '20', '-w'], "-q of Debian's inetd and -w of FreeBSD's are both followed"],
])('%s says which inetd is followed', async (_, words, says) => {
  const files = { 'i.conf': `127.0.0.1:0 stream tcp4 nowait ${currentUser()} /bin/cat cat\n` };
  const daemon = new Kinetd({ files, command: ['inetd', '-d', ...words, '@FOLDER@/i.conf'] });
  await daemon.says(/Started working/);
  expect(daemon.errors).toContain(says);
});

test('the options of FreeBSD and GNU inetutils do what they say', async () => {
  const files = {
    'fb.conf': `# kinetd: dialect freebsd\n0 stream tcp nowait ${currentUser()} /bin/cat cat\n`,
    'more/second': `127.0.0.1:0 stream tcp4 nowait ${currentUser()} /bin/cat cat\n`,
  };
  const daemon = new Kinetd({
    files,
    command: [
      'inetd',
      '--debug',
      '-a',
      '127.0.0.1',
      '--pidfile=@FOLDER@/pid',
      '--rate=7',
      '-c',
      '3',
      '@FOLDER@/fb.conf',
      '@FOLDER@/more',
    ],
  });
  await daemon.says(/Started working: 2 available services/);
  expect(daemon.read('pid').trim()).toBe(String(daemon.pid));
  expect(await daemon.stop()).toBe(0);
});

test('--help says how it is called, and a dialect that does not exist is an error', async () => {
  const help = new Kinetd({ files: { x: '' }, command: ['inetd', '--help'] });
  expect([await help.ended(), help.output]).toEqual([0, expect.stringContaining('usage: inetd [-dEil]')]);
  const wrong = new Kinetd({ files: { x: '' }, command: ['inetd', '--dialect=plan9', '@FOLDER@/x'] });
  expect([await wrong.ended(), wrong.errors]).toEqual([1, expect.stringContaining('there is no dialect plan9')]);
});
