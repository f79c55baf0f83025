/**
 * A mount namespace for the daemon under test, so that it finds files where the system has them (/etc/inetd.conf,
 * /dev/log, /run) while the machine's own stay as they are. Needs root and the right to mount; tests that use it are
 * skipped elsewhere.
 */
import { spawnSync } from 'node:child_process';

import { isRoot } from './kinetd.ts';

/** Words in front of a daemon: the shell commands are run in a new mount namespace, then the daemon in it. */
export function inOwnMounts(commands: string): readonly string[] {
  return ['unshare', '--mount', 'sh', '-ec', `${commands}; exec "$@"`, 'sh'];
}

/** The machine's /etc with further files, taken from a folder. @FOLDER@ stands for the test's. */
export function withEtc(folder: string, scratch: string): readonly string[] {
  return inOwnMounts(
    `mkdir ${scratch}/etc; cp -a /etc/passwd /etc/group /etc/services /etc/protocols /etc/nsswitch.conf ${scratch}/etc/; ` +
      `cp ${folder}/* ${scratch}/etc/; mount --bind ${scratch}/etc /etc`,
  );
}

/** An empty /run of its own. */
export const withRun: readonly string[] = inOwnMounts('mount -t tmpfs tmpfs /run');

/** Whether this process may make such namespaces. */
export const canMount: boolean = isRoot && spawnSync('/usr/bin/env', [...withRun, 'true']).status === 0;
