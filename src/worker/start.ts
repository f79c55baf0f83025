/**
 * Starts a worker: a Node process of its own, with one end of a socket pair as its descriptor 0 and nothing else of the
 * daemon's.
 */
import { join } from 'node:path';

import type { Identity, Launched, LaunchPlan } from '../model/mod.ts';
import {
  closeDescriptor,
  compileLaunch,
  type Descriptor,
  launch,
  openNull,
  SystemError,
  socketPair,
} from '../os/mod.ts';

/** Descriptors of a worker besides those of its tasks: its own three, Node's, and some to spare. */
const ownDescriptors = 64;

/**
 * @param identity undefined: that of the daemon, which is not root
 * @param mostTasks each has one descriptor, or two
 * @param environment what daytime has to know: `TZ=…`, if anything
 */
export function workerPlan(
  identity: Identity | undefined,
  mostTasks: number,
  environment: readonly string[],
): LaunchPlan {
  const program = join(import.meta.dirname, 'main.js');
  return {
    program: process.execPath,
    argv: [process.execPath, program],
    environment,
    variables: [],
    identity,
    umask: 0o077,
    nice: 0,
    resourceLimits: [{ name: 'nofile', value: mostTasks * 2 + ownDescriptors }],
    rootDirectory: undefined,
    workingDirectory: '/',
    noNewPrivileges: true,
  };
}

export type Started =
  | { readonly ok: true; readonly pid: number; readonly channel: Descriptor }
  | { readonly ok: false; readonly failure: Extract<Launched, { ok: false }> };

export function startWorker(plan: LaunchPlan): Started {
  const opened: Descriptor[] = [];
  try {
    const [ours, theirs] = socketPair('seqpacket');
    opened.push(ours, theirs);
    const nothing = openNull();
    opened.push(nothing);
    const launched = launch(compileLaunch(plan), [], theirs, nothing, nothing);
    if (!launched.ok) return { ok: false, failure: launched };
    opened.shift();
    return { ok: true, pid: launched.pid, channel: ours };
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    return { ok: false, failure: { ok: false, step: 'descriptors', errno: error.errno } };
  } finally {
    for (const descriptor of opened) closeDescriptor(descriptor);
  }
}
