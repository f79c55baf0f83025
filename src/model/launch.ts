/**
 * What it takes to start a server, as a value: made once per service when the configuration is loaded,
 * printable and testable before anything runs. A connection adds only its environment and descriptors.
 */
import type { ConnectionVariable } from './connection-variables.ts';

export interface LaunchPlan {
  /** Absolute path of the program. */
  readonly program: string;
  /** argv, argv[0] included. */
  readonly argv: readonly [string, ...string[]];
  /** `NAME=VALUE`, each name once, without the names in {@link LaunchPlan.variables}. */
  readonly environment: readonly string[];
  /**
   * What each connection adds to the environment, by the `environment` and the `resolve` of the service, except those
   * that its own `env` sets. With xinetd's environment REMOTE_HOST is always here, since xinetd lets nobody override it.
   */
  readonly variables: readonly ConnectionVariable[];
  /** undefined: ids are left as they are (the daemon is not root, or the dialect says so). */
  readonly identity: Identity | undefined;
  readonly umask: number;
  /** Added to the daemon's nice value, as nice(2) does. */
  readonly nice: number;
  readonly resourceLimits: readonly ResourceLimit[];
  /** chroot(2) after the groups and before the user; undefined leaves the daemon's root. */
  readonly rootDirectory: string | undefined;
  /** Below {@link LaunchPlan.rootDirectory}, as the program's path is. */
  readonly workingDirectory: string;
  /** PR_SET_NO_NEW_PRIVS, and no ambient capabilities: no program that is executed gives more rights than its user has. */
  readonly noNewPrivileges: boolean;
}

export interface Identity {
  readonly uid: number;
  readonly gid: number;
  /** The whole supplementary group list; empty drops all; undefined leaves the daemon's. */
  readonly groups: readonly number[] | undefined;
}

export type LimitName = 'as' | 'cpu' | 'data' | 'nofile' | 'rss' | 'stack';

/** Soft and hard limit alike. Bytes, seconds (cpu) or a count (nofile); `Infinity` is RLIM_INFINITY. */
export interface ResourceLimit {
  readonly name: LimitName;
  readonly value: number;
}

/** The steps of a launch in their order; a failed launch names the step that failed. */
export const launchSteps = [
  'fork',
  'signals',
  'session',
  'descriptors',
  'group',
  'groups',
  'root',
  'user',
  'umask',
  'nice',
  'limits',
  'privileges',
  'directory',
  'exec',
] as const;
export type LaunchStep = (typeof launchSteps)[number];

export type Launched =
  | { readonly ok: true; readonly pid: number }
  | { readonly ok: false; readonly step: LaunchStep; readonly errno: number };

/** How a server ended, as wait4(2) tells it. */
export interface ExitFacts {
  readonly pid: number;
  readonly ending:
    | { readonly kind: 'status'; readonly status: number }
    | { readonly kind: 'signal'; readonly signal: number };
  /** User and system time together, in seconds. */
  readonly cpuSeconds: number;
  /** Peak resident memory, in bytes. */
  readonly peakMemory: number;
  /** True: the peak was at most that. The kernel counts what the server shared with the daemon before execve. */
  readonly peakMemoryIsBound: boolean;
}
