/**
 * Where the servers of one service have their descriptor 2 (`stderr`): with the client, with nobody, or with the log,
 * by a pipe for each server.
 *
 * A pipe whose server has ended may still be open, because the server has left processes behind. It is read for a
 * minute more, and only so many such pipes are kept; then who writes there gets SIGPIPE.
 */
import type { DaemonLog } from '../log/mod.ts';
import type { ProgramPlan, ServiceRecord } from '../model/mod.ts';
import { type Descriptor, openNull, SystemError } from '../os/mod.ts';
import { type ErrorLines, ErrorPipe } from './error-pipe.ts';

const legacyMilliseconds = 60_000;
const mostOrphans = 64;

/** Descriptor 2 of one server, which is about to be started. */
export interface ErrorEnd {
  readonly descriptor: Descriptor;
  started(pid: number): void;
  failed(): void;
  /** The server has ended; what it has said is logged by now. */
  ended(): void;
}

let nobody: ErrorEnd | undefined;

/** /dev/null, once for the whole daemon. */
function nowhere(): ErrorEnd {
  const nothing = (): void => {};
  nobody ??= { descriptor: openNull(), started: nothing, failed: nothing, ended: nothing };
  return nobody;
}

export class ErrorOutput {
  readonly #log: DaemonLog;
  readonly #lines: ErrorLines;
  /** Pipes of servers that have ended, the oldest first. */
  readonly #orphans = new Map<ErrorPipe, NodeJS.Timeout>();
  #over = false;

  /** @param record writes into the log of the service, whichever that is by then */
  constructor(log: DaemonLog, record: (record: ServiceRecord) => void) {
    this.#log = log;
    this.#lines = {
      line: (pid, text) => record({ event: 'stderr', pid, text }),
      lost: (pid, lines) => record({ event: 'lost', pid, lines }),
    };
  }

  /**
   * @param id of the service, for messages
   * @returns undefined when it is the client's connection
   */
  next(kind: ProgramPlan['stderr'], id: string): ErrorEnd | undefined {
    if (kind === 'client') return undefined;
    return kind === 'null' ? nowhere() : this.logged(id);
  }

  /** A pipe into the log; where it cannot be had nobody gets what is written, and the daemon's log says so. */
  logged(id: string): ErrorEnd {
    try {
      return this.#piped(new ErrorPipe(this.#lines, (pipe) => this.#forget(pipe)));
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      this.#log.write('ERROR', `service ${id}: the stderr of a server is not logged: ${error.message}`);
      return nowhere();
    }
  }

  /** The service has been dropped: its log is closed with its last server, whoever still writes. */
  close(): void {
    this.#over = true;
    for (const pipe of this.#orphans.keys()) pipe.close();
  }

  #piped(pipe: ErrorPipe): ErrorEnd {
    return {
      descriptor: pipe.descriptor,
      started: (pid) => pipe.begin(pid),
      failed: () => pipe.close(),
      ended: () => {
        pipe.drain();
        if (this.#over) pipe.close();
        if (pipe.closed) return;
        this.#orphans.set(pipe, setTimeout(() => pipe.close(), legacyMilliseconds).unref());
        const [oldest] = this.#orphans.keys();
        if (this.#orphans.size > mostOrphans) oldest?.close();
      },
    };
  }

  #forget(pipe: ErrorPipe): void {
    clearTimeout(this.#orphans.get(pipe));
    this.#orphans.delete(pipe);
  }
}
