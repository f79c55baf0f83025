/**
 * The logs of all services: one sink for each place, shared by the services that name it, opened when the first
 * service starts and reopened on reload (log rotation).
 */
import { resolve } from 'node:path';

import {
  type Clock,
  type DaemonLog,
  FileSink,
  type Later,
  type OpenFile,
  type Sink,
  SyslogSink,
  type SyslogTransport,
} from '../log/mod.ts';
import type { FailureFlag, LogFormat, Logging, Service, SuccessFlag } from '../model/mod.ts';

/** Where and what a service logs, with the daemon's choice filled in where the service makes none. */
export interface ServiceLog {
  readonly sink: Sink;
  readonly flags: Pick<Logging, 'onSuccess' | 'onFailure'>;
  readonly format: LogFormat;
}

/** Unless {@link ServiceLogOptions.terminalFlags} says otherwise. */
const usualFlags: ServiceLog['flags'] = {
  onSuccess: new Set<SuccessFlag>(['PID', 'HOST', 'EXIT', 'DURATION']),
  onFailure: new Set<FailureFlag>(['HOST']),
};

export interface ServiceLogOptions {
  readonly syslog: SyslogTransport;
  /** `xinetd` under that personality. */
  readonly ident: string;
  /** For services without a log of their own; undefined: they log nothing, as under xinetd. */
  readonly terminal: Sink | undefined;
  /** What the terminal shows of a service that does not say itself what is logged; undefined: START, EXIT and FAIL. */
  readonly terminalFlags?: ServiceLog['flags'] | undefined;
  /** How all lines of the terminal look, whatever services say; undefined: as they say. */
  readonly terminalFormat?: LogFormat | undefined;
  readonly clock: Clock;
  readonly later: Later;
  readonly openFile: OpenFile;
  readonly daemonLog: DaemonLog;
}

export class ServiceLogs {
  readonly #options: ServiceLogOptions;
  /** Relative paths stand against this, also when the daemon has gone to / and opens its logs anew. */
  readonly #directory: string = process.cwd();
  readonly #sinks = new Map<string, Sink>();

  constructor(options: ServiceLogOptions) {
    this.#options = options;
  }

  /**
   * @returns undefined when the service logs nothing
   * @throws SystemError when its file cannot be opened; the service must not run without its log, as under xinetd
   */
  of(service: Service): ServiceLog | undefined {
    const { sink: place, format, addressPrivacy: _, ...flags } = service.logging;
    if (place === undefined) {
      const { terminal, terminalFlags = usualFlags } = this.#options;
      if (terminal === undefined) return undefined;
      const silent = flags.onSuccess.size === 0 && flags.onFailure.size === 0;
      return { sink: terminal, flags: silent ? terminalFlags : flags, format: this.#options.terminalFormat ?? format };
    }
    if (flags.onSuccess.size === 0 && flags.onFailure.size === 0 && !logsStderr(service)) return undefined;
    const name = place.kind === 'file' && place.shared ? 'common' : service.id;
    const path = place.kind === 'file' ? resolve(this.#directory, place.path) : '';
    const key =
      place.kind === 'file'
        ? `${name} ${format} ${place.softLimit} ${place.hardLimit} ${path}`
        : `${place.facility}.${place.level}`;
    let sink = this.#sinks.get(key);
    if (sink === undefined) {
      const { clock, later, openFile, daemonLog, syslog, ident } = this.#options;
      sink =
        place.kind === 'file'
          ? new FileSink(
              path,
              name,
              { soft: place.softLimit, hard: place.hardLimit },
              { clock, later, openFile },
              (level, message) => daemonLog.write(level, message),
              format === 'xinetd',
            )
          : new SyslogSink(syslog, ident, place.facility, place.level, clock);
      this.#sinks.set(key, sink);
    }
    return { sink, flags, format };
  }

  /** Closes what is not used, and opens the rest anew. */
  reopen(used: ReadonlySet<Sink>): void {
    this.keep(used);
    for (const sink of used) sink.reopen();
  }

  /** Closes what is not used. */
  keep(used: ReadonlySet<Sink>): void {
    for (const [key, sink] of this.#sinks) {
      if (used.has(sink)) continue;
      sink.close();
      this.#sinks.delete(key);
    }
  }

  /** Writes what is pending and closes everything; for the end of the process. */
  close(): void {
    for (const sink of this.#sinks.values()) sink.close();
    this.#sinks.clear();
  }
}

/** Lines of servers are logged whatever is said about START, EXIT and FAIL. */
function logsStderr({ server }: Service): boolean {
  return server.kind === 'program' && server.stderr === 'log';
}
