/**
 * Where lines go. A sink never throws and never blocks the daemon on somebody else: what it cannot write it
 * counts, says so once through `Trouble`, and says again when it works.
 */

/** What a line says, as an object with the keys of `log_format = json`; undefined when it is nothing but text. */
export type Facts = () => object | undefined;

export interface Sink {
  /**
   * One line, without its time and without the newline.
   * @param facts for a sink that keeps them beside the text
   */
  write(line: string, facts?: Facts): void;
  /** The next line is written to a newly opened file (log rotation, SIGHUP). */
  reopen(): void;
  close(): void;
}

/** Told what a sink cannot do, once for each time it begins, and when it is over. */
export type Trouble = (level: 'ERROR' | 'WARNING' | 'NOTICE', message: string) => void;

/** Time in milliseconds since the epoch, as Date.now gives it. */
export type Clock = () => number;

/**
 * Opens a file for appending, and makes it when it is missing; gives its descriptor. Never waits for a pipe's reader.
 * @throws a system error of open(2)
 */
export type OpenFile = (path: string) => number;

/** Does a job some milliseconds later, once. */
export type Later = (job: () => void) => void;
