/** The machine as `kinetd check` asks it, through stat(2) and /proc alone; the daemon would run as who runs the check. */
import { closeSync, constants, openSync, readFileSync, readSync, realpathSync, statSync } from 'node:fs';

import { elfMachineOf, type FileFacts, type Files, type Machine } from '../../check/mod.ts';
import { headBytes } from '../../config/mod.ts';
import { belowRoot } from '../../daemon/mod.ts';
import { groupById, groupList, userById } from '../../os/mod.ts';
import { boundSockets } from './sockets.ts';

export function realMachine(): Machine {
  const uid = process.geteuid?.() ?? -1;
  const own = headOf('/proc/self/exe');
  return {
    file: factsOf,
    realPath: (path) => attempt(() => realpathSync(path)),
    head: headOf,
    below: filesBelow,
    sockets: boundSockets(),
    elfMachine: own === undefined ? undefined : elfMachineOf(own),
    unprivilegedPortStart: Number(textOf('/proc/sys/net/ipv4/ip_unprivileged_port_start') ?? 1024),
    mayBindLowPorts: hasCapability(netBindService),
    user: (uid) => {
      const user = userById(uid);
      return user === undefined ? undefined : { name: user.name, gids: groupList(user.name, user.gid) };
    },
    group: (gid) => groupById(gid)?.name,
    daemon: { uid, gids: [process.getegid?.() ?? -1, ...(process.getgroups?.() ?? [])] },
  };
}

/** CAP_NET_BIND_SERVICE of capabilities(7). */
const netBindService = 10n;

function hasCapability(bit: bigint): boolean {
  const [, effective] = /^CapEff:\s*([0-9a-f]+)$/m.exec(textOf('/proc/self/status') ?? '') ?? [];
  return effective !== undefined && ((BigInt(`0x${effective}`) >> bit) & 1n) === 1n;
}

function filesBelow(root: string): Files {
  const outside = (path: string): string | undefined => attempt(() => belowRoot(root, path));
  return {
    file: (path) => whereThere(outside(path), factsOf),
    realPath: (path) => whereThere(outside(path), (real) => real.slice(root.length) || '/'),
    head: (path) => whereThere(outside(path), headOf),
  };
}

function whereThere<Answer>(path: string | undefined, ask: (path: string) => Answer | undefined): Answer | undefined {
  return path === undefined ? undefined : ask(path);
}

function factsOf(path: string): FileFacts | undefined {
  return attempt(() => {
    const stats = statSync(path);
    const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other';
    return { kind, uid: stats.uid, gid: stats.gid, mode: stats.mode & 0o7777 };
  });
}

function headOf(path: string): Uint8Array | undefined {
  return attempt(() => {
    // A pipe must not keep the check waiting.
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    try {
      const head = new Uint8Array(headBytes);
      return head.subarray(0, readSync(file, head));
    } finally {
      closeSync(file);
    }
  });
}

function textOf(path: string): string | undefined {
  return attempt(() => readFileSync(path, 'latin1'));
}

/** What the system refuses to tell is not known. */
function attempt<Answer>(ask: () => Answer): Answer | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
