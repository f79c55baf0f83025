/** kinetd serve: what cannot be served is told in the words of the command line, and nothing is opened. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { talk } from '../../daemon/client.ts';
import { isRoot, testFolder } from '../../daemon/kinetd.ts';
import { shell } from '../../daemon/programs.ts';
import { listeningAt, ordinary, serving, startServe } from '../../daemon/serve.ts';

const here = 'tcp:127.0.0.1:0';

interface Refusal {
  readonly status: number | NodeJS.Signals;
  readonly errors: string;
}

async function refused(
  words: readonly string[],
  files: Readonly<Record<string, string>> = {},
  more: Parameters<typeof serving>[1] = {},
): Promise<Refusal> {
  const daemon = serving(words, { files, ...more });
  const status = await daemon.ended();
  expect(daemon.output).toBe('');
  return { status, errors: daemon.errors };
}

/** A port of this process. */
async function taken(path?: string): Promise<number> {
  const server = createServer();
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => {
    if (path === undefined) server.listen(0, '127.0.0.1', resolve);
    else server.listen(path, resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const mistakes: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['no address', ['--', 'cat'], /missing required argument 'address'/],
  ['no program', [here], /the program is missing; write it behind two dashes/],
  ['two programs', [here, '--shell', 'cat', '--', 'cat'], /there are two programs/],
  [
    'an option that is none',
    [here, '--form', '10.0.0.0/8', '--', 'cat'],
    /unknown option '--form'\n\(Did you mean --from\?\)/,
  ],
  [
    'an option twice',
    [here, '--user', 'a', '--user', 'b', '--', 'cat'],
    /option '--user <name>' argument 'b' is invalid\. It is given twice/,
  ],
  [
    'one value for two',
    [here, '--cps', '5', '--', 'cat'],
    /option '--cps <n seconds>' argument '5' is invalid\. It takes two values/,
  ],
  ['a transport that is none', ['htp:8080', '--', 'cat'], /kinetd serve htp:8080 -- cat\n {2}\| {14}\^{8}\n/],
  [
    'a value that is none',
    [here, '--instances', 'many', '--', 'cat'],
    /'many' is not a whole number\n[\s\S]* --instances many -- cat\n {2}\| {42}\^{4}\n/,
  ],
  [
    'an address that is none',
    [here, '--from', '10.0.0.0/8 1.2.3.4.5', '--', 'cat'],
    /error\[bad-address\][\s\S]*'10\.0\.0\.0\/8 1\.2\.3\.4\.5' -- cat\n {2}\| +\^{9}\n/,
  ],
];

test.each(mistakes)('a mistake of the command line: %s', async (_, words, said) => {
  const { status, errors } = await refused(words);
  expect(errors).toMatch(said);
  expect(status).toBe(2);
});

const obstacles: readonly (readonly [string, readonly string[], RegExp])[] = [
  [
    'a program that PATH does not have',
    ['no-such-program'],
    /there is no program no-such-program in the folders of PATH\n/,
  ],
  ['a path without a program', ['./missing'], /there is no program \/.*\/missing\n/],
  [
    'a script without its x',
    ['./script'],
    /\/script may not be executed\n[\s\S]*help: chmod it, or name another program\n/,
  ],
  [
    'a script without its interpreter',
    ['./strange'],
    /the first line of .*\/strange asks for \/no\/such\/interpreter, which is not there\n/,
  ],
  ['a folder', ['./folder'], /\/folder is a directory\n/],
];

test.each(obstacles)('%s', async (_, program, said) => {
  const { status, errors } = await refused(
    [here, '--', ...program],
    {
      script: '#!/bin/sh\n',
      strange: '#!/no/such/interpreter\n',
      'folder/file': '',
    },
    { shell: 'chmod -x script' },
  );
  expect(errors).toMatch(said);
  expect(status).toBe(1);
});

test('a port that another has, who is named; no other address is opened then', async () => {
  const port = await taken();
  const folder = testFolder();
  const { status, errors } = await refused([`unix:${folder}/socket`, `tcp:127.0.0.1:${port}`, '--', 'cat']);
  expect(errors).toContain(`127.0.0.1:${port}/tcp is held by `);
  expect(errors).toContain(`(pid ${process.pid})\n`);
  expect(errors).toMatch(/help: take another port or address, or 0 for any port that is free\n/);
  expect(status).toBe(1);
});

test('a Unix socket that another listens on', async () => {
  const path = join(testFolder(), 'socket');
  await taken(path);
  const { status, errors } = await refused([here, `unix:${path}`, '--', 'cat']);
  expect(errors).toMatch(/cannot listen on \S+\/socket\. Exiting/);
  expect(status).toBe(1);
  expect(existsSync(path)).toBe(true);
});

const firstFree = Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'latin1'));

test.skipIf(firstFree < 80)('a port that only root may open', async () => {
  const { status, errors } = await refused(['tcp:127.0.0.1:79', '--', 'cat'], {}, ordinary);
  expect(errors).toMatch(/error\[port-privileged\]: port 79 can be opened by root only/);
  expect(status).toBe(1);
});

test('what only root may do, said by an ordinary user', async () => {
  const datagrams = await refused(['udp:127.0.0.1:0', '--', 'cat'], {}, ordinary);
  expect(datagrams.errors).toMatch(
    /udp:127\.0\.0\.1:0 -- cat\n {2}\| {14}\^{15}\n[\s\S]*help: .*or write --wait yes\n/,
  );
  const user = await refused([here, '--user', 'root', '--', 'cat'], {}, ordinary);
  expect(user.errors).toMatch(
    /only root can run a server as 'root'[\s\S]* --user root -- cat\n {2}\| +\^{11}\n[\s\S]*write --user \w+\n/,
  );
  expect([datagrams.status, user.status]).toEqual([1, 1]);
});

test.runIf(isRoot)('what its user cannot reach is told before anybody comes, with the way out', async () => {
  const files = { 'closed/program': shell('pwd\n') };
  const hidden = serving([here, '--user', 'nobody', '--', './closed/program'], { files, shell: 'chmod 700 closed' });
  await hidden.says(/warning\[server-forbidden\]: uid \d+ may not pass .*\/closed on the way to/);

  const lost = await startServe([here, '--user', 'nobody', '--', 'pwd'], { shell: 'chmod 700 .' });
  await lost.says(/uid \d+ may not pass \S+, and the program runs in \S+\n[\s\S]*help: write --working-directory \/ /);
  const found = await startServe([here, '--user', 'nobody', '--working-directory', '/', '--', 'pwd'], {
    shell: 'chmod 700 .',
  });
  expect(found.errors).not.toContain('warning');
  expect((await talk(await listeningAt(found))).text).toBe('/\n');
});

test('a fork server that was asked for and cannot be had', async () => {
  const daemon = await startServe([here, '--launch', 'forkserver', '--', './script'], {
    files: { script: shell('echo x\n') },
  });
  expect(daemon.errors).toMatch(
    /warning\[forkserver-not-used\]: the program is executed for each client: .*is a script of \/bin\/sh\n/,
  );
  expect((await talk(await listeningAt(daemon))).text).toBe('x\n');
});
