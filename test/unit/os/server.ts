/**
 * Launches one server in a process of its own and hands back what it printed and how it ended.
 */
import type { ExitFacts, Launched, LaunchPlan } from '../../../src/model/mod.ts';
import { resultOf } from './fixture.ts';

export interface Job {
  readonly plan?: Partial<LaunchPlan>;
  readonly connectionEnvironment?: readonly string[];
  /** Numbers to hand over instead of the output file. */
  readonly descriptors?: readonly [number, number, number];
  /** The daemon holds a descriptor without close-on-exec. */
  readonly leak?: boolean;
  /** The connection's environment gets one more variable of this many bytes. */
  readonly bulk?: number;
  /** The three descriptors are 1, 2 and 0, each a file of its own. */
  readonly shuffle?: boolean;
  /** The watch on exits begins after the server has ended. */
  readonly late?: boolean;
  /** The launch is made on another thread. */
  readonly elsewhere?: boolean;
  /** The daemon has a handler for SIGUSR1 and must still get that signal afterwards. */
  readonly handler?: boolean;
}

export interface Report {
  readonly launched: Launched;
  /** What the server wrote to any of its descriptors. */
  readonly output: string;
  readonly exits: readonly ExitFacts[];
  readonly daemon: {
    readonly pid: number;
    readonly interrupted: number;
    readonly blocked: string;
    readonly uids: readonly string[];
    readonly groups: string;
    readonly children: string;
  };
  /** When shuffled: the text of the file that was descriptor 0, 1 or 2 of the daemon. */
  readonly text: (descriptor: string) => string;
}

const plain: LaunchPlan = {
  program: '/bin/cat',
  argv: ['cat'],
  environment: [],
  variables: [],
  identity: undefined,
  umask: 0o022,
  nice: 0,
  resourceLimits: [],
  rootDirectory: undefined,
  workingDirectory: '/',
  noNewPrivileges: false,
};

export function launchOnce(job: Job): Report {
  const plan = { ...plain, ...job.plan };
  const limits = plan.resourceLimits.map((limit) => [limit.name, Number.isFinite(limit.value) ? limit.value : null]);
  const text = JSON.stringify({ connectionEnvironment: [], ...job, plan: { ...plan, resourceLimits: limits } });
  const run = resultOf('launch', text);
  return { ...(run.result as Omit<Report, 'text'>), text: run.text };
}

/** Launches `cat` on files of its own /proc entry. */
export function catOfProc(names: readonly string[], job: Job = {}): Report {
  const argv = ['cat', ...names.map((name) => `/proc/self/${name}`)] as const;
  return launchOnce({ ...job, plan: { ...job.plan, argv: [argv[0], ...argv.slice(1)] } });
}

/** Launches a shell with a script. */
export function shell(script: string, job: Job = {}): Report {
  return launchOnce({ ...job, plan: { ...job.plan, program: '/bin/sh', argv: ['sh', '-c', script] } });
}

/** A field of /proc/PID/status. */
export function statusField(output: string, name: string): string | undefined {
  return new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*$`, 'm').exec(output)?.[1];
}

/** The fields of /proc/PID/stat after the name, counted as in proc(5): field 3 is the state. */
export function statField(output: string, number: number): number {
  const fields = output.slice(output.lastIndexOf(')') + 2).split(' ');
  return Number(fields[number - 3]);
}
