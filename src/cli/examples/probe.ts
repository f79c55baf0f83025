/** Runs a short program as the services' account, with nothing to read and nowhere to write. */
import type { Identity, LaunchPlan } from '../../model/mod.ts';
import { closeDescriptor, compileLaunch, launch, openNull, signalGroup, watchExits } from '../../os/mod.ts';
import type { Probe } from './interpreters.ts';

/** Longer than any interpreter takes to start, even on a machine with much else to do. */
const patienceMilliseconds = 20_000;

/**
 * @param identity undefined: as the caller
 * @param environment `NAME=VALUE`
 */
export function probeAs(identity: Identity | undefined, environment: readonly string[]): Probe {
  return async (argv) => {
    const plan: LaunchPlan = {
      program: argv[0],
      argv,
      environment,
      variables: [],
      identity,
      umask: 0o022,
      nice: 0,
      resourceLimits: [],
      rootDirectory: undefined,
      workingDirectory: '/',
      noNewPrivileges: false,
    };
    const nothing = openNull();
    const launched = launch(compileLaunch(plan), [], nothing, nothing, nothing);
    closeDescriptor(nothing);
    return launched.ok ? statusOf(launched.pid) : undefined;
  };
}

function statusOf(pid: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const impatient = setTimeout(() => signalGroup(pid, 'SIGKILL'), patienceMilliseconds);
    const watch = watchExits((exits) => {
      const exit = exits.find((one) => one.pid === pid);
      if (exit === undefined) return;
      clearTimeout(impatient);
      watch.close();
      resolve(exit.ending.kind === 'status' ? exit.ending.status : undefined);
    });
  });
}
