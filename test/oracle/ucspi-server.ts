/**
 * A server of the UCSPI family (tcpserver, tcpsvd, unixserver, s6-ipcserver) from Debian for a test: it runs one program for
 * each connection to a port of 127.0.0.1 or to a Unix socket, and is ended by its own pid. What the program writes to its stderr is the server's.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { onTestFinished } from 'vitest';

import type { Address } from '../daemon/client.ts';
import { testFolder } from '../daemon/kinetd.ts';
import { fixedPort } from '../daemon/ports.ts';
import { until } from '../daemon/until.ts';
import { oracles } from './programs.ts';
import { baseEnvironment, isBound } from './side.ts';

const paths = {
  tcpserver: 'ucspi-tcp/usr/bin/tcpserver',
  tcpsvd: 'ipsvd/usr/bin/tcpsvd',
  mailfront: 'mailfront/usr/sbin/mailfront',
  unixserver: 'ucspi-unix/usr/bin/unixserver',
  's6-ipcserverd': 's6/usr/bin/s6-ipcserverd',
} as const;

/** A program of ucspi-tcp, such as recordio. */
export function tool(name: string): string {
  return join(oracles, 'ucspi-tcp/usr/bin', name);
}

/** Why a test cannot have these programs; undefined when it can. */
export function missing(...names: readonly (keyof typeof paths)[]): string | undefined {
  const name = names.find((each) => !existsSync(join(oracles, paths[each])));
  return name === undefined ? undefined : `Debian's ${name} is not there: run test/oracle/fetch.sh`;
}

/** mailfront, and what it needs in its environment. */
export const mailfront: { readonly program: string; readonly environment: Readonly<Record<string, string>> } = {
  program: join(oracles, paths.mailfront),
  environment: {
    MODULE_PATH: join(oracles, 'mailfront/usr/lib/mailfront'),
    LD_LIBRARY_PATH: join(oracles, 'libbg2/usr/lib'),
  },
};

export interface UcspiServer extends Address {
  /** What the server and its programs have written to stderr. */
  readonly errors: string;
}

/** @param words options of the server; those of its program are after `program` */
export async function startUcspi(
  server: 'tcpserver' | 'tcpsvd',
  words: readonly string[],
  program: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<UcspiServer> {
  const port = await fixedPort();
  const argv = [join(oracles, paths[server]), ...words, '127.0.0.1', String(port), ...program];
  const running = await start(argv, environment, () => isBound(port));
  return {
    host: '127.0.0.1',
    port,
    get errors() {
      return running.errors;
    },
  };
}

export interface UnixServer {
  /** Of its socket. */
  readonly path: string;
  readonly errors: string;
}

/** ucspi-unix's server, or s6-ipcserverd with the program that binds its socket. */
export async function startUnixServer(
  server: 'unixserver' | 's6-ipcserverd',
  program: readonly [string],
): Promise<UnixServer> {
  const path = join(testFolder(), 's');
  const binary = join(oracles, paths[server]);
  const argv =
    server === 'unixserver'
      ? [binary, path, ...program]
      : [join(dirname(binary), 's6-ipcserver-socketbinder'), path, binary, ...program];
  const libraries = ['libs6-2.11', 'libskarnet2.13', 'libexecline2.9']
    .map((name) => join(oracles, name, 'usr/lib'))
    .flatMap((folder) => (existsSync(folder) ? readdirSync(folder).map((triplet) => join(folder, triplet)) : []));
  const environment = server === 'unixserver' ? {} : { LD_LIBRARY_PATH: libraries.join(':') };
  const running = await start(argv, environment, () => listens(path));
  return {
    path,
    get errors() {
      return running.errors;
    },
  };
}

/** Whether a Unix socket has come as far as listen(2): there is a moment between that and bind(2). */
function listens(path: string): boolean {
  const acceptsConnections = 0x1_0000;
  return readFileSync('/proc/net/unix', 'latin1')
    .split('\n')
    .map((line) => line.split(/ +/))
    .some((fields) => fields[7] === path && (Number.parseInt(fields[3] ?? '', 16) & acceptsConnections) !== 0);
}

/** Resolves when the server is ready; it is ended with the test. */
async function start(
  argv: readonly string[],
  environment: Readonly<Record<string, string>>,
  ready: () => boolean,
): Promise<{ readonly errors: string }> {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...argv], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...baseEnvironment, ...environment },
    cwd: '/',
  });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += String(chunk);
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  await until(() => {
    if (child.exitCode !== null) throw new Error(`${argv[0]} has ended: ${errors}`);
    return ready() ? true : undefined;
  });
  return {
    get errors() {
      return errors;
    },
  };
}
