/**
 * A program that is parked by the preload library, with daemon.py in the place of the daemon: a test says what happens
 * to it, step by step, and gets what came of each step.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { root } from '../../daemon/kinetd.ts';
import { python3 } from '../../daemon/programs.ts';

const library: string = join(root, 'build/Release/kinetd_forkserver.so');

/** Whether the library is built with sanitizers, whose own library then stands in every program that is started. */
export const sanitized: boolean = (process.env['LD_PRELOAD'] ?? '').includes('libasan');

/** What stands in LD_PRELOAD of a program that loads the library. */
export const preloaded: string = sanitized ? `${process.env['LD_PRELOAD']} ${library}` : library;

export interface Job {
  /** Where the program parks; it is only executed when this is missing. */
  readonly mode?: 'main' | 'call' | 'neither';
  /** argv[0] is the path. */
  readonly argv: readonly string[];
  /** How it is started to park, when that is not the same. */
  readonly parkedArgv?: readonly string[];
  /** Of the service: every connection gets it, and the fork server. */
  readonly environment?: readonly string[];
  /** For the fork server alone. */
  readonly parkedEnvironment?: readonly string[];
  readonly umask?: number;
  readonly nice?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly groups?: readonly number[];
  readonly limits?: Readonly<Record<string, number>>;
  readonly directory?: string;
  readonly steps: readonly Step[];
}

interface Connection {
  readonly environment?: readonly string[];
  readonly input?: string;
  /** Descriptor 2 is not the connection. */
  readonly apart?: boolean;
  /** The client is gone before the program begins. */
  readonly gone?: boolean;
}

export type Step =
  | (Connection & { readonly do: 'request' | 'exec'; readonly id?: number })
  | { readonly do: 'many'; readonly count: number; readonly output: string }
  | { readonly do: 'raw'; readonly hex: string; readonly descriptors?: number; readonly filling?: number }
  | { readonly do: 'kill'; readonly signal: string }
  | { readonly do: 'limit'; readonly name: string; readonly value: number }
  | { readonly do: 'write'; readonly path: string; readonly text: string; readonly modified: number }
  | { readonly do: 'end' | 'held' };

/** What came of a step; what a step does not tell is undefined. */
export interface Result {
  readonly kind?: string;
  readonly id?: number;
  readonly errno?: number;
  /** pid, uid, gid, from the kernel. */
  readonly sender?: readonly [number, number, number];
  readonly pid?: number;
  /** As wait4 tells it: the exit status, or the signal, negative. */
  readonly status?: number;
  readonly cpu?: number;
  readonly output?: string;
  readonly errors?: string;
  readonly failed?: number;
  readonly before?: { readonly descriptors: number; readonly kilobytes: number };
  readonly after?: { readonly descriptors: number; readonly kilobytes: number };
}

export interface Story {
  /** Of the daemon. */
  readonly pid: number;
  readonly parked: number;
  /** What the program said when it had told its files: R, X with a reason, or nothing. */
  readonly first: {
    readonly kind: string;
    readonly text?: string;
    readonly files?: string[];
    readonly status?: number;
  };
  readonly results: readonly Result[];
  /** What the fork server wrote to its descriptor 2. */
  readonly said: string;
}

/** Tells the story of a job. */
export function story(job: Job): Story {
  const [told] = stories([job]);
  if (told === undefined) throw new Error('daemon.py has told nothing');
  return told;
}

/** Several, one after the other, which saves a start of the daemon's interpreter for each. */
export function stories(jobs: readonly Job[]): readonly Story[] {
  const whole = jobs.map((job) => ({ environment: ['PATH=/usr/bin:/bin'], library, ...job }));
  const daemon = ['-IS', join(root, 'test/unit/forkserver/daemon.py')];
  const { status, stdout, stderr } = spawnSync(python3 ?? 'python3', daemon, {
    input: JSON.stringify(whole),
    encoding: 'utf8',
    timeout: 55_000,
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(`daemon.py ended with ${status}: ${stderr}${stdout}`);
  return JSON.parse(stdout) as Story[];
}

/** The first result, which a job of one step has. */
export function only(told: Story): Result {
  const [result] = told.results;
  if (result === undefined) throw new Error(`the program has not parked: ${JSON.stringify(told)}`);
  return result;
}

/** The `name value` lines of a program. */
export function facts(output: string | undefined): Readonly<Record<string, string>> {
  const lines = (output ?? '').split('\n').slice(0, -1);
  return Object.fromEntries(lines.map((line) => /^(.*) (.*)$/.exec(line)?.slice(1) ?? [line, '']));
}
