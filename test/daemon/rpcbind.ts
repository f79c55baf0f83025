/**
 * Debian's rpcbind, for a daemon under test alone: both live in a network namespace of their own, since there is one
 * portmapper at one port for each network, and in a mount namespace with a /run and an account that rpcbind expects.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';

import { libraries, oracles } from '../oracle/programs.ts';
import { isRoot } from './kinetd.ts';
import { until } from './until.ts';

const rpcbind = join(oracles, 'rpcbind/sbin/rpcbind');
const rpcinfo = ['bin', 'sbin'].map((folder) => join(oracles, 'rpcbind/usr', folder, 'rpcinfo')).find(existsSync);
const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LD_LIBRARY_PATH: libraries() };

const ownWorld =
  'ip link set lo up; mount -t tmpfs none /run; ' +
  '(cat /etc/passwd; echo _rpc:x:65533:65534::/run/rpcbind:/bin/false) >/run/passwd; mount --bind /run/passwd /etc/passwd; ';

/** Shell commands in a world of their own, which end in executing the rest. */
function inOwnWorld(commands: string): readonly string[] {
  return ['unshare', '--net', '--mount', 'sh', '-ec', `${ownWorld}${commands}exec "$@"`, 'sh'];
}

/** Words in front of a daemon that has a network of its own, without a portmapper. */
export const ownNetwork: readonly string[] = inOwnWorld('');

/** The same with a portmapper that runs before the daemon does, for a minute and a half at most. */
export const networkWithRpcbind: readonly string[] = inOwnWorld(
  `(LD_LIBRARY_PATH='${libraries()}' timeout 90 ${rpcbind} -f >/dev/null 2>&1 &); ` +
    `until LD_LIBRARY_PATH='${libraries()}' ${rpcinfo} -p 127.0.0.1 >/dev/null 2>&1; do sleep 0.05; done; `,
);

/** Why there is no such world here; undefined when there is. */
export function rpcbindObstacle(): string | undefined {
  if (!isRoot) return 'only root can make a network namespace';
  if (!existsSync(rpcbind) || rpcinfo === undefined) return "Debian's rpcbind is not there: run test/oracle/fetch.sh";
  if (!existsSync('/etc/netconfig')) return 'rpcbind needs /etc/netconfig, which is of the package libtirpc-common';
  const [program = '', ...words] = ownNetwork;
  if (spawnSync(program, [...words, 'true']).status !== 0) return 'network namespaces are not allowed here';
  return undefined;
}

/** Starts it beside a daemon; the answer ends it. */
export async function startRpcbind(pid: number): Promise<() => Promise<void>> {
  const child = inside(pid, rpcbind, '-f');
  const ended = new Promise<void>((resolve) => void child.on('exit', () => resolve()));
  const end = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  onTestFinished(end);
  await until(() => (registrations(pid).length > 0 ? true : undefined));
  return end;
}

/** A process in the daemon's network that stays when the daemon has gone: its pid will do in place of the daemon's. */
export async function witness(pid: number): Promise<number> {
  const child = inside(pid, 'sleep', '90');
  onTestFinished(() => void child.kill('SIGKILL'));
  const network = (of: number): string => readlinkSync(`/proc/${of}/ns/net`);
  const { pid: own = -1 } = child;
  return until(() => (network(own) === network(pid) ? own : undefined));
}

/** `PROGRAM VERSION PROTOCOL PORT` of each registration but the portmapper's own; none while there is no portmapper. */
export function registered(pid: number): readonly string[] {
  return registrations(pid).filter((line) => !line.startsWith('100000 '));
}

/** Who may take registrations of a program away. */
export function ownersOf(pid: number, program: number): readonly string[] {
  const lines = ask(pid, [])
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  return lines.filter(([number]) => number === `${program}`).map((fields) => fields.at(-1) ?? '');
}

function registrations(pid: number): readonly string[] {
  return [...ask(pid, ['-p', '127.0.0.1']).matchAll(/^ +(\d+) +(\d+) +(tcp|udp) +(\d+)/gm)]
    .map(([, program, version, protocol, port]) => `${program} ${version} ${protocol} ${port}`)
    .sort();
}

function ask(pid: number, words: readonly string[]): string {
  const argv = ['-t', `${pid}`, '-n', '-m', rpcinfo ?? '', ...words];
  return spawnSync('nsenter', argv, { encoding: 'latin1', env: environment }).stdout;
}

function inside(pid: number, ...words: readonly string[]): ChildProcess {
  const argv = ['--pdeathsig', 'KILL', 'nsenter', '-t', `${pid}`, '-n', '-m', ...words];
  return spawn('setpriv', argv, { stdio: 'ignore', env: environment });
}
