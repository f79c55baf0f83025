/**
 * The machine as the configuration asks about it: look-ups through the C library's name service, programs through
 * access(2), hosts through getaddrinfo(3). What the system cannot say is "not found" here; the configuration then
 * refuses the one service that needs it.
 */

import { promises as dns } from 'node:dns';
import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs';

import { type DeviceState, type ExecutableFile, headBytes, type ProgramState, type System } from '../config/mod.ts';
import {
  bindToDevice,
  closeDescriptor,
  currentUmask,
  type Descriptor,
  errnoMessage,
  forkserverParts,
  givesPrivileges,
  groupByName,
  groupList,
  networkByName,
  openSocket,
  protocolByName,
  resourceLimit,
  rpcByName,
  SystemError,
  serviceByName,
  setResourceLimit,
  userById,
  userByName,
} from '../os/mod.ts';
import { belowRoot } from './below-root.ts';

/** The system as it is now: limits and environment are taken once, look-ups are made anew at each question. */
export function realSystem(): System {
  const uid = process.geteuid?.() ?? -1;
  return {
    user: (name) => known(() => userByName(name)),
    userById: (id) => known(() => userById(id)),
    group: (name) => known(() => groupByName(name)?.gid),
    groupList,
    service: (name, protocol) => known(() => serviceByName(name, protocol)?.port),
    rpc: (name) => known(() => rpcByName(name)?.number),
    protocol: (name) => known(() => protocolByName(name)),
    network: (name) => known(() => networkByName(name)?.address),
    program,
    executable,
    forkserver: forkserverParts(),
    directory,
    fileSize,
    device,
    addresses,
    environment: { ...process.env },
    umask: currentUmask(),
    hardLimits: {
      as: resourceLimit('as').hard,
      cpu: resourceLimit('cpu').hard,
      data: resourceLimit('data').hard,
      nofile: resourceLimit('nofile').hard,
      rss: resourceLimit('rss').hard,
      stack: resourceLimit('stack').hard,
    },
    mayRaiseLimits: mayRaiseLimits(),
    uid,
    gid: process.getegid?.() ?? -1,
  };
}

/**
 * Whether servers can have more than the daemon. Root alone does not say it: containers commonly run root without
 * CAP_SYS_RESOURCE, or with one that the kernel does not count. So it is tried on a limit that is not in the way,
 * and undone at once.
 */
function mayRaiseLimits(): boolean {
  for (const name of ['nproc', 'core', 'stack', 'nofile'] as const) {
    const own = resourceLimit(name);
    if (!Number.isFinite(own.hard)) continue;
    try {
      setResourceLimit(name, { soft: own.soft, hard: own.hard + 1 });
    } catch (error) {
      if (error instanceof SystemError) return false;
      throw error;
    }
    setResourceLimit(name, own);
    return true;
  }
  return true;
}

/** A directory that cannot be asked now (no descriptor left, a server that is away) knows nothing. */
function known<Answer>(ask: () => Answer | undefined): Answer | undefined {
  try {
    return ask();
  } catch (error) {
    if (error instanceof SystemError) return undefined;
    throw error;
  }
}

function program(path: string, root: string | undefined): ProgramState {
  try {
    const place = outside(path, root);
    if (statSync(place).isDirectory()) return 'directory';
    return isExecutable(place) ? 'executable' : 'not-executable';
  } catch {
    return 'missing';
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function executable(path: string): ExecutableFile | undefined {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    try {
      const head = new Uint8Array(headBytes);
      return { head: head.subarray(0, readSync(file, head)), privileged: givesPrivileges(path) };
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}

function directory(path: string, root: string | undefined): boolean {
  try {
    return statSync(outside(path, root)).isDirectory();
  } catch {
    return false;
  }
}

/** Where a path is for the daemon that is `path` for a process with another root. */
function outside(path: string, root: string | undefined): string {
  return root === undefined || !path.startsWith('/') ? path : belowRoot(root, path);
}

function fileSize(path: string): number | undefined {
  try {
    const stats = statSync(path);
    return stats.isFile() ? stats.size : undefined;
  } catch {
    return undefined;
  }
}

function device(name: string): DeviceState {
  let socket: Descriptor;
  try {
    socket = openSocket({ family: 'inet', type: 'dgram', protocol: 0, nonBlocking: true });
  } catch (error) {
    if (error instanceof SystemError) return { state: 'refused', why: error.message };
    throw error;
  }
  try {
    bindToDevice(socket, name);
    return { state: 'bindable' };
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    return error.code === 'ENODEV' ? { state: 'missing' } : { state: 'refused', why: errnoMessage(error.errno) };
  } finally {
    closeDescriptor(socket);
  }
}

async function addresses(host: string): Promise<readonly string[]> {
  try {
    return (await dns.lookup(host, { all: true, order: 'verbatim' })).map(({ address }) => address);
  } catch {
    return [];
  }
}
