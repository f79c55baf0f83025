/** What can be asked of a daemon over its control socket, as types, and the words that stand in it. */

export const protocolVersion = 1;

export const killSignals = ['SIGTERM', 'SIGKILL', 'SIGHUP', 'SIGINT', 'SIGUSR1', 'SIGUSR2'] as const;
export type KillSignal = (typeof killSignals)[number];

export const logLevels = ['CRITICAL', 'ERROR', 'WARNING', 'NOTICE', 'INFO', 'DEBUG'] as const;
export type LogLevel = (typeof logLevels)[number];

export const eventNames = ['start', 'exit', 'fail', 'userid', 'noid', 'stderr', 'lost', 'traffic'] as const;
export type EventName = (typeof eventNames)[number];

/** Which events somebody wants; of services and clients undefined is all. */
export interface EventFilter {
  readonly service?: string | undefined;
  /** Of the client, as logs have it. */
  readonly address?: string | undefined;
  readonly events?: readonly EventName[] | undefined;
  /** The least important level of the daemon's own messages, which are of no service and no client; undefined: none. */
  readonly messages?: LogLevel | undefined;
}

export type ControlRequest =
  | { readonly command: 'status' | 'servers' | 'reload' | 'stop' | 'bans' }
  | { readonly command: 'kill'; readonly pid: number; readonly signal: KillSignal }
  | { readonly command: 'pause' | 'resume'; readonly service: string }
  /** `seconds` undefined: until it is taken back. */
  | { readonly command: 'ban'; readonly block: string; readonly seconds?: number | undefined }
  | { readonly command: 'unban'; readonly block: string }
  /** `level` undefined: only asks. */
  | { readonly command: 'loglevel'; readonly level?: LogLevel | undefined }
  | ({ readonly command: 'tail' } & EventFilter);
