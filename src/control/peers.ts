/**
 * Who may use a control socket: root, the daemon's own user, and the members of one group. The mode of the socket's
 * file says the same to the kernel; asked again, a file that somebody has made accessible by mistake opens nothing.
 */
import { readFileSync } from 'node:fs';

import type { PeerCredentials } from '../model/mod.ts';

/** @param gid of the group; undefined: there is none */
export function isAllowed({ pid, uid, gid: own }: PeerCredentials, gid: number | undefined): boolean {
  if (uid === 0 || uid === process.geteuid?.()) return true;
  return gid !== undefined && (own === gid || groupsOf(pid).includes(gid));
}

/** Those the process really has, and not those that a directory on the network would give it one day. */
function groupsOf(pid: number): readonly number[] {
  try {
    const groups = readFileSync(`/proc/${pid}/status`, 'latin1').match(/^Groups:(.*)$/m)?.[1] ?? '';
    return groups.split(' ').filter(Boolean).map(Number);
  } catch {
    return []; // it has gone
  }
}
