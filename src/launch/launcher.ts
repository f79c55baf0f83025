/**
 * Starts the servers of one service: the plan is compiled once, a connection costs one native call.
 */
import type { Launched, LaunchPlan, LaunchStep, Protocol } from '../model/mod.ts';
import {
  type CompiledLaunch,
  compileLaunch,
  type Descriptor,
  errnoMessage,
  launch,
  launchElsewhere,
} from '../os/mod.ts';
import { connectionEnvironment, type Ends } from './environment.ts';

export class Launcher {
  readonly #compiled: CompiledLaunch;
  readonly #environment: (ends: Ends) => string[];

  /** @throws SystemError when memory for the plan cannot be had */
  constructor(protocol: Protocol, plan: LaunchPlan) {
    this.#compiled = compileLaunch(plan);
    this.#environment = connectionEnvironment(protocol, plan);
  }

  /**
   * Runs the program with the descriptor as its 0 and 1, and `errors` as its 2. The daemon's own copies stay open and are
   * the caller's.
   * @returns the pid, or which step failed and why; nothing of a failed launch is left behind
   */
  start(descriptor: Descriptor, errors: Descriptor, ends: Ends): Launched {
    return launch(this.#compiled, this.#environment(ends), descriptor, descriptor, errors);
  }

  /**
   * As {@link start}, on another thread: the daemon goes on meanwhile. The descriptors have to stay open until `done` is
   * called; the server may have ended by then, see {@link Servers}.
   */
  startElsewhere(
    descriptor: Descriptor,
    errors: Descriptor,
    ends: Ends,
    done: (launched: Launched, failedChild: number) => void,
  ): void {
    launchElsewhere(this.#compiled, this.#environment(ends), descriptor, descriptor, errors, done);
  }
}

/** What each step was doing, in the words of the call that a manual page explains. */
const calls: Readonly<Record<LaunchStep, string>> = {
  fork: 'vfork',
  signals: 'sigprocmask',
  session: 'setsid',
  group: 'setgid',
  groups: 'setgroups',
  root: 'chroot',
  user: 'setuid',
  umask: 'umask',
  nice: 'nice',
  limits: 'setrlimit',
  privileges: 'prctl',
  directory: 'chdir',
  descriptors: 'dup2',
  exec: 'execv',
};

/**
 * `execv( /usr/bin/thing ) failed: No such file or directory (errno = 2)`: xinetd's words for exec, and the same
 * form for the steps before it, about which xinetd says less.
 */
export function launchFailureMessage(plan: LaunchPlan, failure: Extract<Launched, { ok: false }>): string {
  const { program, rootDirectory, workingDirectory } = plan;
  const objects: Partial<Record<LaunchStep, string | undefined>> = { root: rootDirectory, directory: workingDirectory };
  const object = objects[failure.step] ?? program;
  return `${calls[failure.step]}( ${object} ) failed: ${errnoMessage(failure.errno)} (errno = ${failure.errno})`;
}
