/**
 * A server of the UCSPI family (tcpserver, tcpsvd) from Debian for a test: it runs one program for each connection to a
 * port of 127.0.0.1, and is ended by its own pid. What the program writes to its stderr is the server's.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';

import type { Address } from '../daemon/client.ts';
import { fixedPort } from '../daemon/ports.ts';
import { until } from '../daemon/until.ts';
import { oracles } from './programs.ts';
import { baseEnvironment, isBound } from './side.ts';

const paths = {
  tcpserver: 'ucspi-tcp/usr/bin/tcpserver',
  tcpsvd: 'ipsvd/usr/bin/tcpsvd',
  mailfront: 'mailfront/usr/sbin/mailfront',
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
    if (child.exitCode !== null) throw new Error(`${server} has ended: ${errors}`);
    return isBound(port) ? true : undefined;
  });
  return {
    host: '127.0.0.1',
    port,
    get errors() {
      return errors;
    },
  };
}
