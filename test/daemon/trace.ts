/**
 * The daemon under strace(1): which system calls the process with privileges makes, its threads and its children
 * until they execute a program included. What other programs do (servers, the worker) is told apart from it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { programPath } from './programs.ts';
import { until } from './until.ts';

const strace = programPath('strace');

/** Why no trace can be made here; undefined when it can. */
export const noTrace: string | undefined =
  strace === undefined
    ? 'strace is not installed'
    : spawnSync(strace, ['-f', '-qq', '-o', '/dev/null', '/bin/true']).status === 0
      ? undefined
      : 'this system does not let strace look at processes';

/** Everything that may bring bytes into a process, opens files, or makes processes. */
const calls =
  'read,readv,pread64,preadv,preadv2,recvfrom,recvmsg,recvmmsg,splice,tee,sendfile,io_uring_setup,' +
  'open,openat,openat2,creat,clone,clone3,fork,vfork,execve,execveat,accept,accept4';

/** Words in front of the daemon; strace stands aside, so that the daemon keeps its pid and its parent. */
export function tracing(prefix: string): readonly string[] {
  return ['strace', '-D', '-ff', '-qq', '-yy', '-s', '200', '-e', `trace=${calls}`, '-e', 'signal=none', '-o', prefix];
}

export interface Trace {
  /** Calls of the daemon, in no particular order of threads; one a line. */
  readonly daemon: readonly string[];
  /** Calls of all the programs that the daemon has started. */
  readonly others: readonly string[];
}

/** Resolves when the daemon has ended and strace has written all that it did. */
export async function trace(prefix: string, pid: number): Promise<Trace> {
  const main = `${prefix}.${pid}`;
  await until(() => (existsSync(main) && !existsSync(`/proc/${pid}`) && complete(prefix) ? true : undefined));
  const files = new Map(
    readdirSync(dirname(prefix))
      .filter((name) => name.startsWith(`${basename(prefix)}.`))
      .map((name) => [Number(name.split('.').at(-1)), lines(join(dirname(prefix), name))]),
  );
  const daemon: string[] = [];
  const others: string[] = [];
  const visit = (tid: number, until: number): void => {
    const found = files.get(tid) ?? [];
    files.delete(tid);
    daemon.push(...found.slice(0, until));
    others.push(...found.slice(until));
    for (const line of found.slice(0, until)) {
      const child = Number(/^(?:clone3?|v?fork)\(.* = (\d+)(?:<[^>]*>)?$/.exec(line)?.[1]);
      const program = (files.get(child) ?? []).findIndex((each) => /^execve(at)?\(.* = 0$/.test(each));
      if (files.has(child)) visit(child, program === -1 ? Number.POSITIVE_INFINITY : program);
    }
  };
  visit(pid, Number.POSITIVE_INFINITY);
  for (const rest of files.values()) others.push(...rest);
  return { daemon, others };
}

function lines(path: string): string[] {
  return readFileSync(path, 'latin1').split('\n').slice(0, -1);
}

/** strace has let go of every process when nobody writes to its files any more. */
function complete(prefix: string): boolean {
  return !readdirSync('/proc').some((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(`\0${prefix}\0`);
    } catch {
      return false;
    }
  });
}
