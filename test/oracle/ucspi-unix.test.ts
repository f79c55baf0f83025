/** Programs for UCSPI over a Unix socket: under ucspi-unix's unixserver and s6-ipcserver, and under kinetd. */
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect } from 'vitest';

import { currentUser, type Kinetd, startKinetd, testFolder } from '../daemon/kinetd.ts';
import { python3, shell } from '../daemon/programs.ts';
import { hearUnix } from '../daemon/unix-client.ts';
import { until } from '../daemon/until.ts';
import { difference, same } from './pair.ts';
import { type Findings, findings, probe } from './probe.ts';
import { baseEnvironment } from './side.ts';
import { missing, startUnixServer, type UnixServer } from './ucspi-server.ts';

const needs = { personality: 'ucspi', obstacle: () => missing('unixserver') } as const;
const needsS6 = { personality: 'ucspi', obstacle: () => missing('s6-ipcserverd') } as const;

/** What a variable of another server would say, were it passed on. */
const stale = { UNIXLOCALPID: '77777', UNIXREMOTEPATH: '/stale', IPCREMOTEPATH: '/stale', IPCREMOTEEUID: '77777' };

interface Both {
  readonly debian: UnixServer;
  readonly kinetd: Kinetd;
  readonly both: <T>(client: (path: string) => Promise<T>) => Promise<{ debian: T; kinetd: T }>;
}

async function under(server: 'unixserver' | 's6-ipcserverd', program: string, script = ''): Promise<Both> {
  const attributes = [
    'listen = unix:@FOLDER@/s',
    'socket_type = stream',
    'wait = no',
    `user = ${currentUser()}`,
    `server = ${program}`,
    'environment = ucspi',
    'log_type = FILE @FOLDER@/log',
    'log_on_success = PID EXIT',
  ];
  const kinetd = await startKinetd({
    files: { 'x.conf': `service s\n{\n\t${attributes.join('\n\t')}\n}\n`, script: shell(script) },
    environment: { ...baseEnvironment, ...stale },
    cleanEnvironment: true,
  });
  const debian = await startUnixServer(server, [program.replace('@FOLDER@', kinetd.folder)]);
  const path = join(kinetd.folder, 's');
  return {
    debian,
    kinetd,
    both: async (client) => ({ debian: await client(debian.path), kinetd: await client(path) }),
  };
}

async function found(path: string): Promise<Findings> {
  return findings((await hearUnix(path)).replaceAll(path, '@SOCKET@'));
}

/** What is told of the connection. */
function told({ environment }: Findings): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => /^(PROTO|UNIX|IPC)/.test(name)));
}

const [uid, gid] = [String(process.getuid?.()), String(process.getgid?.())];

same(needs, 'both ends and descriptors of a program under unixserver', async () => {
  const { both } = await under('unixserver', probe());
  const { debian, kinetd } = await both(found);
  const { UNIXLOCALPID: _, ...theirs } = told(debian);
  expect(theirs).toEqual({
    PROTO: 'UNIX',
    UNIXLOCALPATH: '@SOCKET@',
    UNIXLOCALUID: uid,
    UNIXLOCALGID: gid,
    UNIXREMOTEPID: String(process.pid),
    UNIXREMOTEEUID: uid,
    UNIXREMOTEEGID: gid,
  });
  expect(told(kinetd)).toMatchObject(theirs);
  for (const name of ['descriptor.0', 'descriptor.1']) {
    expect([name, kinetd.facts[name]]).toEqual([name, debian.facts[name]]);
  }
  for (const { facts } of [debian, kinetd]) expect(facts['descriptor.2']).not.toContain('same-as-0');
});

same(needs, 'a program is told its own pid', async () => {
  const { both } = await under('unixserver', '@FOLDER@/script', 'echo $((UNIXLOCALPID - $$))\n');
  expect(await both((path) => hearUnix(path))).toEqual({ debian: '0\n', kinetd: '0\n' });
});

difference(needs, 'a program is not handed the listening socket', async () => {
  const { both } = await under('unixserver', probe());
  const { debian, kinetd } = await both(found);
  expect(debian.facts['descriptor.3']).toMatch(/^socket/);
  expect(kinetd.facts['descriptor.3']).toBeUndefined();
});

same(needs, 'what a program of unixserver complains about goes to the log and not to its client', async () => {
  const { debian, kinetd, both } = await under('unixserver', '@FOLDER@/script', 'echo out; echo err >&2\n');
  expect(await both((path) => hearUnix(path))).toEqual({ debian: 'out\n', kinetd: 'out\n' });
  await until(() => (/^err$/m.test(debian.errors) ? true : undefined));
  await kinetd.file('log', /STDERR: s pid=\d+ err$/m);
});

same(needsS6, 'who connected, from where, and how often, for programs of s6-ipcserver', async () => {
  const { both } = await under('s6-ipcserverd', probe());
  const { debian, kinetd } = await both(found);
  const names = ['IPCREMOTEEUID', 'IPCREMOTEEGID', 'IPCCONNNUM', 'IPCREMOTEPATH'];
  const values = (all: Findings) => names.map((name) => told(all)[name]);
  expect(values(debian)).toEqual([uid, gid, '1', '']);
  expect(values(kinetd)).toEqual(values(debian));
});

/** What the program says to a client whose own end of the connection is bound. */
function heardBy(own: string): (path: string) => Promise<Findings> {
  const script =
    'import socket, sys\ns = socket.socket(socket.AF_UNIX)\ns.bind(sys.argv[2])\ns.connect(sys.argv[1])\n' +
    'while True:\n  got = s.recv(65536)\n  if not got: break\n  sys.stdout.buffer.write(got)\n';
  return async (path) => {
    const { stdout } = await promisify(execFile)(python3 ?? 'python3', ['-c', script, path, own]);
    rmSync(own);
    return findings(stdout);
  };
}

const needsBoth = {
  ...needsS6,
  obstacle: () => needsS6.obstacle() ?? (python3 === undefined ? 'python3 is not there' : undefined),
};
same(needsBoth, 'where a client has bound its own end is told', async () => {
  const { both } = await under('s6-ipcserverd', probe());
  const own = join(testFolder(), 'c');
  const { debian, kinetd } = await both(heardBy(own));
  expect([told(debian)['IPCREMOTEPATH'], told(kinetd)['IPCREMOTEPATH']]).toEqual([own, own]);
});

difference(needsS6, 'PROTO is UNIX for programs of s6-ipcserver too', async () => {
  const { both } = await under('s6-ipcserverd', probe());
  const { debian, kinetd } = await both(found);
  expect([told(debian)['PROTO'], told(kinetd)['PROTO']]).toEqual(['IPC', 'UNIX']);
});
