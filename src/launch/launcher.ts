/**
 * Starts the servers of one service: the plan is compiled once, a connection costs one native call.
 */
import type { Launched, LaunchPlan, LaunchStep, ProgramPlan, Service } from '../model/mod.ts';
import {
  type CompiledLaunch,
  compileLaunch,
  type Descriptor,
  errnoMessage,
  launch,
  launchElsewhere,
  openNull,
  type PassedOn,
} from '../os/mod.ts';
import { connectionEnvironment, type Ends } from './environment.ts';

let nothing: Descriptor | undefined;

export class Launcher {
  readonly #compiled: CompiledLaunch;
  readonly #environment: (ends: Ends) => string[];
  /** What a server has as its 0 and 1 that gets its socket by activation; undefined: the socket itself. */
  readonly #standard: Descriptor | undefined;

  /** @throws SystemError when memory for the plan, or a descriptor of /dev/null, cannot be had */
  constructor({ id, protocol }: Pick<Service, 'id' | 'protocol'>, { launch: plan, socketPassing }: ProgramPlan) {
    this.#compiled = compileLaunch(plan);
    const environment = connectionEnvironment(protocol, plan);
    this.#environment = environment;
    if (socketPassing === 'stdio') return;
    this.#standard = nothing ??= openNull();
    // A colon would divide it.
    const told = ['LISTEN_FDS=1', `LISTEN_FDNAMES=${id.replaceAll(':', '_')}`];
    this.#environment = (ends) => [...environment(ends), ...told];
  }

  /** What the connection adds to the environment of the plan. */
  connectionEnvironment(ends: Ends): readonly string[] {
    return this.#environment(ends);
  }

  /**
   * Runs the program with the descriptor as its 0 and 1, or as its 3 if it takes it by activation, and `errors` as its 2. The daemon's own copies stay open and are
   * the caller's.
   * @returns the pid, or which step failed and why; nothing of a failed launch is left behind
   */
  start(descriptor: Descriptor, errors: Descriptor, ends: Ends): Launched {
    const standard = this.#standard ?? descriptor;
    return launch(this.#compiled, this.#environment(ends), standard, standard, errors, this.#passed(descriptor));
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
    const standard = this.#standard ?? descriptor;
    const passed = this.#passed(descriptor);
    launchElsewhere(this.#compiled, this.#environment(ends), standard, standard, errors, done, passed);
  }

  #passed(descriptor: Descriptor): PassedOn | undefined {
    return this.#standard === undefined ? undefined : [descriptor];
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
