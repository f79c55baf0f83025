/** A daemon that detaches: the command that starts it ends, and the test ends the daemon by the pid of its file. */
import { onTestFinished } from 'vitest';

import { Kinetd, type KinetdOptions } from './kinetd.ts';
import { gone } from './processes.ts';
import { until } from './until.ts';

export interface Detached {
  /** The command that was started, and the folder with its files. */
  readonly command: Kinetd;
  /** Its exit status. Known only when nobody holds its stdout and stderr any more. */
  readonly status: number | NodeJS.Signals;
  /** Of the daemon, from its pid file. */
  readonly pid: number;
}

/** @param options with a command that makes the pid file `pid` in the test's folder */
export async function startDetached(options: KinetdOptions): Promise<Detached> {
  const command = new Kinetd(options);
  const pids = (): number => Number(command.read('pid'));
  onTestFinished(async () => {
    await endDetached(pids());
  });
  const status = await command.ended();
  return { command, status, pid: pids() };
}

/** SIGTERM, and resolves when it has ended. Nothing to do for a pid of 0, or for one that has gone. */
export async function endDetached(pid: number): Promise<void> {
  if (pid <= 0 || gone(pid)) return;
  process.kill(pid, 'SIGTERM');
  await until(() => gone(pid) || undefined);
}
