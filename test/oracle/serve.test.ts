/** The line of tcpserver or socat that one knows, and the one of kinetd serve: the same program sees the same bytes. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { expect, onTestFinished } from 'vitest';

import { type Address, talk } from '../daemon/client.ts';
import { testFolder } from '../daemon/kinetd.ts';
import { fixedPort } from '../daemon/ports.ts';
import { listeningAt, startServe } from '../daemon/serve.ts';
import { talkUnix } from '../daemon/unix-client.ts';
import { until } from '../daemon/until.ts';
import { same } from './pair.ts';
import { libraries, oracles } from './programs.ts';
import { isBound } from './side.ts';
import { missing, startUcspi } from './ucspi-server.ts';

const socatPath = join(oracles, 'socat/usr/bin/socat');
const needs = {
  personality: 'ucspi',
  obstacle: () => (existsSync(socatPath) ? missing('tcpserver') : 'socat is not there: run test/oracle/fetch.sh'),
} as const;

/** Every byte there is, and more than a pipe holds. */
const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7 + (at >> 8)) & 0xff));

/** Starts it, ended with the test, and resolves when it listens. */
async function socat(words: readonly string[], listens: () => boolean): Promise<void> {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', socatPath, ...words], {
    stdio: 'ignore',
    env: { ...process.env, LD_LIBRARY_PATH: libraries() },
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  await until(() => {
    if (child.exitCode !== null) throw new Error(`socat has ended with status ${child.exitCode}`);
    return listens() ? true : undefined;
  });
}

async function socatListens(system: string): Promise<Address> {
  const port = await fixedPort();
  const listen = `TCP4-LISTEN:${port},bind=127.0.0.1,reuseaddr,fork`;
  await socat(['-t', '20', listen, system], () => isBound(port));
  return { host: '127.0.0.1', port };
}

same(
  needs,
  'tcpserver and kinetd serve: a program that copies, one that answers first, and one that fails',
  async () => {
    const programs: readonly (readonly string[])[] = [
      ['/bin/cat'],
      ['/bin/sh', '-c', 'echo hello; tr -d x; echo end'],
      ['/bin/sh', '-c', 'echo "$TCPREMOTEIP $PROTO"; exit 3'],
    ];
    for (const program of programs) {
      const debian = await startUcspi('tcpserver', ['-H', '-R', '-l', 'here'], program);
      const daemon = await startServe(['tcp:127.0.0.1:0', '--', ...program]);
      const address = await listeningAt(daemon);
      const theirs = await talk(debian, { send: bytes });
      expect(theirs.text.length).toBeGreaterThan(5);
      expect((await talk(address, { send: bytes })).text).toBe(theirs.text);
    }
  },
);

same(
  needs,
  'socat SYSTEM and kinetd serve --shell: a line with a pipe, and what it says on stderr stays here',
  async () => {
    const line = 'sort -u | tr a-z A-Z; echo hidden >&2';
    const address = await socatListens(`SYSTEM:${line}`);
    const daemon = await startServe(['tcp:127.0.0.1:0', '--shell', line]);
    const theirs = await talk(address, { send: 'b\na\nb\n' });
    expect(theirs.text).toBe('A\nB\n');
    expect((await talk(await listeningAt(daemon), { send: 'b\na\nb\n' })).text).toBe(theirs.text);
    await daemon.says(/STDERR: sh pid=\d+ hidden/);
  },
);

same(needs, 'socat UNIX-LISTEN and kinetd serve unix:', async () => {
  const path = join(testFolder(), 'theirs');
  await socat([`UNIX-LISTEN:${path},fork`, 'EXEC:tr a-z A-Z'], () => existsSync(path));
  const daemon = await startServe(['unix:ours', '--', 'tr', 'a-z', 'A-Z']);
  const theirs = await talkUnix(path, 'hello');
  expect(theirs).toBe('HELLO');
  expect(await talkUnix(join(daemon.folder, 'ours'), 'hello')).toBe(theirs);
});
