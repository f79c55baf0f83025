/**
 * What a daemon answers over its control socket, as types. Times are milliseconds since the epoch, what is not known
 * or does not apply is null, as JSON has it.
 */

/**
 * | state     | meaning                                                                            |
 * |-----------|------------------------------------------------------------------------------------|
 * | listening | clients are served                                                                 |
 * | busy      | a `wait` server has the socket                                                     |
 * | resting   | not for the moment: `cps`, a limit of starts, no descriptors                       |
 * | paused    | an administrator has paused it                                                     |
 * | down      | it has no socket; it is tried again                                                |
 * | muxed     | reached through tcpmux                                                             |
 */
export const serviceStates = ['listening', 'busy', 'resting', 'paused', 'down', 'muxed'] as const;
export type ServiceState = (typeof serviceStates)[number];

export interface ServiceReport {
  readonly id: string;
  readonly state: ServiceState;
  /** `tcp 127.0.0.1:7`, `unix /run/x`. */
  readonly sockets: readonly string[];
  readonly running: number;
  readonly queued: number;
  /** Servers at a time, at most. */
  readonly instances: number | null;
  readonly accepted: number;
  readonly started: number;
  readonly ended: { readonly zero: number; readonly status: number; readonly signal: number };
  readonly timedOut: number;
  /** Numbers of clients by the reason of their FAIL lines. */
  readonly refused: Readonly<Record<string, number>>;
  /** null where it has none. */
  readonly forkserver: {
    readonly state: string;
    readonly pid: number | null;
    readonly readyAt: number | null;
    /** How many have served until now, this one included. */
    readonly served: number;
    readonly trouble: string | null;
  } | null;
  readonly lastError: { readonly time: number; readonly message: string } | null;
}

export interface StatusReport {
  /** Name and version of the daemon. */
  readonly title: string;
  readonly pid: number;
  readonly startedAt: number;
  /** By the daemon's clock, which its times are of. */
  readonly now: number;
  readonly services: readonly ServiceReport[];
}

export interface ServerReport {
  readonly pid: number;
  readonly service: string;
  /** Its client's address, where the daemon knows it. */
  readonly peer: string | null;
  readonly startedAt: number;
  /**
   * A process of its own; a client of the worker, whose pid it has then; or the fork server of a service, which has no
   * client.
   */
  readonly kind: 'server' | 'worker' | 'forkserver';
}

export interface ReloadReport {
  /** False: the configuration as a whole could not be used, and nothing has changed. */
  readonly usable: boolean;
  readonly started: readonly string[];
  readonly kept: readonly string[];
  /** They go on with their old text, since the new one is refused or cannot be had. */
  readonly retained: readonly string[];
  readonly dropped: readonly string[];
  readonly diagnostics: readonly { readonly severity: 'error' | 'warning' | 'note'; readonly text: string }[];
}

export interface BanReport {
  readonly block: string;
  /** null: until it is taken back. */
  readonly until: number | null;
}

/** What `kinetd tail` is told. */
export interface EventReport {
  readonly time: number;
  /** undefined: it is a message of the daemon. */
  readonly service?: string;
  readonly event: string;
  /** As a service's log would have it with all flags, or as the daemon says it on a terminal. */
  readonly line: string;
  /** The same with the keys of docs/logging.md. */
  readonly object: object;
}
