/**
 * Which interpreters the examples can use. A program counts when the account that the services run as has started
 * it and it did what the examples need, since nothing less says so: an interpreter below /root is there for root and
 * not for `nobody`, and a Python may come without its sqlite3 module.
 */
import type { Need } from './catalogue.ts';
import type { Found } from './prepare.ts';

/**
 * Runs a program as the services' account.
 * @returns its exit status; undefined when it could not be executed or was ended by a signal
 */
export type Probe = (argv: readonly [string, ...string[]]) => Promise<number | undefined>;

interface Interpreter {
  readonly name: string;
  /** Ends with status 0 where the interpreter is fit for use. */
  readonly check: readonly string[];
  readonly remedy: string;
}

const python3: Interpreter = {
  name: 'python3',
  check: ['-c', 'import html, socket'],
  remedy: 'apt-get install python3',
};
const php: Interpreter = { name: 'php', check: ['-r', 'exit(0);'], remedy: 'apt-get install php-cli' };

/**
 * @param exists whether there is such a file
 * @param folders where programs are looked for, in this order
 */
export async function findInterpreters(
  folders: readonly string[],
  exists: (path: string) => boolean,
  probe: Probe,
  user: string,
): Promise<Readonly<Record<Need, Found>>> {
  const search = (interpreter: Interpreter): Promise<Found> => find(interpreter, folders, exists, probe, user);
  const python = await search(python3);
  return { python3: python, sqlite3: await withSqlite(python, probe), php: await search(php) };
}

async function find(
  { name, check, remedy }: Interpreter,
  folders: readonly string[],
  exists: (path: string) => boolean,
  probe: Probe,
  user: string,
): Promise<Found> {
  const candidates = folders.map((folder) => `${folder}/${name}`).filter(exists);
  for (const path of candidates) {
    if ((await probe([path, ...check])) === 0) return { found: true, path };
  }
  const [first] = candidates;
  const reason = first === undefined ? `${name} is not installed` : `${first} does not work for user ${user}`;
  return { found: false, reason, remedy };
}

async function withSqlite(python: Found, probe: Probe): Promise<Found> {
  if (!python.found || (await probe([python.path, '-c', 'import sqlite3'])) === 0) return python;
  return {
    found: false,
    reason: `${python.path} has no sqlite3 module`,
    remedy: 'apt-get install libpython3-stdlib, and have /usr/bin first in PATH',
  };
}

/** The folders of PATH that a configuration file can name, and then the usual ones. */
export function programFolders(path: string): string[] {
  const usual = ['/usr/local/bin', '/usr/bin', '/bin'];
  const nameable = path.split(':').filter((folder) => /^\/\S*$/.test(folder));
  return [...new Set([...nameable, ...usual])];
}
