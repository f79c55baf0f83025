/**
 * The services of examples/, on ports of their own and in the test's folder: what `kinetd examples` makes of them, run
 * by `kinetd run`. As root they run as `nobody`.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { catalogue, type Need } from '../../src/cli/examples/catalogue.ts';
import { type Found, prepare } from '../../src/cli/examples/prepare.ts';
import type { Address } from './client.ts';
import { currentUser, isRoot, type Kinetd, root, startKinetd } from './kinetd.ts';
import { fixedPort } from './ports.ts';
import { programPath, python3, pythonHas } from './programs.ts';

export const php: string | undefined = programPath('php');
export const havePhp: boolean = php !== undefined && spawnSync(php, ['-r', 'exit(0);']).status === 0;
export const haveSqlite: boolean = pythonHas('sqlite3');

export interface Examples {
  readonly daemon: Kinetd;
  address(name: string): Address;
}

const folder = join(root, 'examples');

/** Starts them all; those whose interpreter is missing are off. */
export async function startExamples(): Promise<Examples> {
  const ports = new Map<string, number>();
  for (const { name } of catalogue) ports.set(name, await fixedPort());
  const { files } = prepare({
    templates: templates(),
    folder: '@FOLDER@',
    state: '@FOLDER@/state',
    user: isRoot ? 'nobody' : currentUser(),
    programs: programs(),
    ports,
  });
  const texts = Object.fromEntries([...files].filter(([name]) => name !== 'inetd.conf' && name !== 'xinetd.conf'));
  const daemon = await startKinetd({
    files: {
      'xinetd.conf': files.get('xinetd.conf') ?? '',
      'inetd.conf': files.get('inetd.conf') ?? '',
      ...texts,
      ...sources(),
    },
    command: ['kinetd', 'run', '-f', '@FOLDER@/xinetd.conf', '-f', '@FOLDER@/inetd.conf'],
    shell: 'umask 0; mkdir -m 777 state; umask 022',
  });
  return { daemon, address: (name) => ({ host: '127.0.0.1', port: ports.get(name) ?? 0 }) };
}

function templates(): Map<string, string> {
  const names = [
    'xinetd.conf',
    'inetd.conf',
    ...readdirSync(join(folder, 'xinetd.d')).map((name) => `xinetd.d/${name}`),
  ];
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

function sources(): Record<string, string> {
  const names = readdirSync(join(folder, 'programs')).map((name) => `programs/${name}`);
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

function programs(): Readonly<Record<Need, Found>> {
  const found = (path: string | undefined, usable: boolean): Found =>
    path !== undefined && usable ? { found: true, path } : { found: false, reason: 'missing', remedy: '' };
  return {
    python3: found(python3, true),
    sqlite3: found(python3, haveSqlite),
    php: found(php, havePhp),
  };
}
