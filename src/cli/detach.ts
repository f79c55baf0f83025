/**
 * Becoming a daemon. A Node process cannot fork, so the command starts itself again in a session of its own and
 * waits until that process says that it works: the shell prompt comes back when the services are open, with an
 * exit status that is true (xinetd's foreground process leaves with 0 before it has read a line).
 *
 * The detached process has /dev/null as stdin and a socket as stdout, over which it says `ready`; stderr stays the
 * terminal's until then, so that start-up errors are seen. Sockets that a supervisor has opened go over to it.
 */
import { closeSync, read, writeSync } from 'node:fs';

import {
  asDescriptor,
  closeDescriptor,
  compileLaunch,
  type Descriptor,
  duplicateOnto,
  errnoMessage,
  launch,
  openNull,
  socketPair,
  watchExits,
} from '../os/mod.ts';
import { takeSupervisorFacts } from '../supervisor/mod.ts';

const marker = 'KINETD_DETACHED';
const ready = 'ready\n';
const standardOutput = asDescriptor(1);
const standardError = asDescriptor(2);

/** Whether this process is the detached one. Takes the marker out of the environment, which servers inherit. */
export function takeDetachedMarker(environment: NodeJS.ProcessEnv): boolean {
  const detached = environment[marker] === '1';
  delete environment[marker];
  return detached;
}

/**
 * Starts this very command line again, detached, and waits for it to be ready or to end.
 * @returns the exit status for the shell: 0 when it is ready, else its own
 */
export async function detach(): Promise<number> {
  const [ours, theirs] = socketPair('stream', false);
  const stdin = openNull();
  const passed = takeSupervisorFacts({ ...process.env }, process.pid).passed.map(({ number }) => asDescriptor(number));
  // It gets a LISTEN_PID of its own.
  const names = Object.keys(process.env).filter((name) => name !== 'LISTEN_PID');
  const environment = names.map((name) => `${name}=${process.env[name] ?? ''}`);
  const compiled = compileLaunch({
    program: process.execPath,
    argv: [process.execPath, ...process.execArgv, ...process.argv.slice(1)],
    environment,
    variables: [],
    identity: undefined,
    umask: process.umask(),
    nice: 0,
    resourceLimits: [],
    rootDirectory: undefined,
    workingDirectory: process.cwd(),
    noNewPrivileges: false,
  });
  let ended: (status: number) => void = () => {};
  const status = new Promise<number>((resolve) => {
    ended = resolve;
  });
  const watch = watchExits(([exit]) => ended(exit?.ending.kind === 'status' ? exit.ending.status : 1));
  const launched = launch(compiled, [`${marker}=1`], stdin, theirs, standardError, passed);
  closeDescriptor(theirs);
  closeDescriptor(stdin);
  if (!launched.ok) {
    watch.close();
    process.stderr.write(`cannot start in the background: ${launched.step}: ${errnoMessage(launched.errno)}\n`);
    return 1;
  }
  try {
    return (await hears(ours)) ? 0 : await status;
  } finally {
    watch.close();
  }
}

/** Says to the waiting command that all is well, and lets go of its terminal. */
export function reportReady(): void {
  try {
    writeSync(standardOutput, ready);
  } catch {
    // The command that started us has been ended while it waited. That is no reason to stop serving.
  }
  const nothing = openNull();
  duplicateOnto(nothing, standardOutput);
  duplicateOnto(nothing, standardError);
  closeDescriptor(nothing);
}

/** Whether `ready` comes before the end. The message is written in one piece and arrives in one. */
function hears(descriptor: Descriptor): Promise<boolean> {
  return new Promise((resolve, reject) => {
    read(descriptor, Buffer.alloc(ready.length), 0, ready.length, null, (error, length) => {
      closeSync(descriptor);
      if (error === null) resolve(length === ready.length);
      else reject(error);
    });
  });
}
