/**
 * Debian's programs that kinetd is compared with, unpacked by fetch.sh, and why a comparison cannot be made here.
 *
 * They are looked for below KINETD_ORACLES, else below test/.oracle. A test that needs one that is not there is
 * skipped and says so: the machine of somebody who only builds kinetd need not have them.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';

import { isRoot, root as project } from '../daemon/kinetd.ts';

/** A program whose command line kinetd has as a personality; `inetutils` is GNU's inetd, which kinetd answers as `inetd`. */
export type Personality = 'xinetd' | 'inetd' | 'inetutils';

/** Where they are. */
export const oracles: string = process.env['KINETD_ORACLES'] ?? join(project, 'test/.oracle');

const paths: Readonly<Record<Personality, string>> = {
  xinetd: join(oracles, 'xinetd/usr/sbin/xinetd'),
  inetd: join(oracles, 'openbsd-inetd/usr/sbin/inetd'),
  inetutils: join(oracles, 'inetutils-inetd/usr/sbin/inetutils-inetd'),
};

/** Debian's program. */
export function oracle(personality: Personality): string {
  return paths[personality];
}

/** LD_LIBRARY_PATH for Debian's programs, which need libraries that are unpacked beside them. */
export function libraries(): string {
  return ['libwrap0', 'libbsd0', 'libtirpc3']
    .map((name) => join(oracles, name, 'usr/lib'))
    .filter((path) => existsSync(path))
    .flatMap((path) => readdirSync(path).map((triplet) => join(path, triplet)))
    .join(':');
}

let mountable: boolean | undefined;

/** Whether a process may have its own view of the file system, which containers often forbid. */
function mayMount(): boolean {
  mountable ??= spawnSync('/bin/sh', ['-c', 'unshare -m mount -t tmpfs none /mnt']).status === 0;
  return mountable;
}

/** What a comparison cannot be made without. */
export interface Needs {
  /** `ucspi`: none of them; see ucspi-server.ts. */
  readonly personality: Personality | 'ucspi';
  /** The case changes users or limits. xinetd calls setuid for every server, so it needs root always. */
  readonly root?: boolean;
  /** The case puts files of its own in place of the system's. */
  readonly mounts?: boolean;
  /** What else it needs: why it cannot be had, or undefined. */
  readonly obstacle?: () => string | undefined;
  /** Clients come to ::1. */
  readonly ipv6?: boolean;
}

/** Why the comparison cannot be made here; undefined when it can. */
export function obstacle({ personality, root, mounts, ipv6, obstacle: other }: Needs): string | undefined {
  if (personality !== 'ucspi' && !existsSync(paths[personality]))
    return `Debian's ${personality} is not there: run test/oracle/fetch.sh`;
  if (!isRoot && (root === true || personality === 'xinetd')) return 'only root can start servers as somebody else';
  if (mounts === true && !mayMount()) return 'mount namespaces are not allowed here';
  if (ipv6 === true && !hasIpv6()) return 'this machine has no ::1';
  return other?.();
}

function hasIpv6(): boolean {
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === '::1'));
}
