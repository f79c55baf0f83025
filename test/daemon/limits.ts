/** Changes a soft resource limit of the running daemon, to make the system refuse it something and then not. */
import { spawnSync } from 'node:child_process';

import { procFile } from './processes.ts';

/** What prlimit(1) calls it, and how /proc/PID/limits does. */
const names = { nofile: 'Max open files', nproc: 'Max processes' } as const;

/**
 * @param soft undefined: as high as the hard limit
 * @param wrapper of the daemon; its user may change its limits, while root may not do so everywhere
 */
export function limitDaemon(
  pid: number,
  name: keyof typeof names,
  soft?: number,
  wrapper: readonly string[] = [],
): void {
  const hard = procFile(pid, 'limits')?.match(new RegExp(`^${names[name]} +\\S+ +(\\S+)`, 'm'))?.[1] ?? 'unlimited';
  const words = [...wrapper, 'prlimit', `--pid=${pid}`, `--${name}=${soft ?? hard}:${hard}`];
  const { status, stderr } = spawnSync('/usr/bin/env', words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`prlimit: ${stderr}`);
}
