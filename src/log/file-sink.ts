/**
 * A log file, as xinetd's `log_type = FILE path [soft [hard]]`: opened for appending, created 0644 less the
 * umask, never truncated. Past the hard limit nothing is written until the next reopen, and the daemon log says so
 * once; past the soft limit the daemon log says so once (the manual promises that, xinetd never does it).
 *
 * Lines are kept for some milliseconds and written together: no client waits for a log line, and a busy daemon writes
 * once for many of them. A full disk or a file that has become unwritable costs
 * the lines, not the daemon: see sink.ts.
 */
import { closeSync, fstatSync, writeSync } from 'node:fs';

import { printable } from './printable.ts';
import type { Clock, Later, OpenFile, Sink, Trouble } from './sink.ts';
import { oncePerSecond, xinetdTime } from './time.ts';

export interface FileLimits {
  /** Bytes; undefined: none. */
  readonly soft: number | undefined;
  readonly hard: number | undefined;
}

/** What time it is, when lines are written, and how a file is opened. */
interface Surroundings {
  readonly clock: Clock;
  readonly later: Later;
  readonly openFile: OpenFile;
}

/** How many characters are kept at most. */
const mostPending = 65_536;

export class FileSink implements Sink {
  readonly #path: string;
  readonly #name: string;
  readonly #limits: FileLimits;
  readonly #clock: Clock;
  readonly #later: Later;
  readonly #openFile: OpenFile;
  readonly #trouble: Trouble;
  readonly #timed: boolean;
  readonly #time: (milliseconds: number) => string = oncePerSecond(xinetdTime);
  #descriptor: number | undefined;
  #size = 0;
  #state: 'writing' | 'above-soft' | 'full' | 'failing' = 'writing';
  #lost = 0;
  #pending = '';
  #lines = 0;

  /**
   * @param name how messages call the log: the service's id, or `common` for the shared one, as in xinetd
   * @param timed whether each line gets the time in front
   * @throws SystemError of open(2)
   */
  constructor(
    path: string,
    name: string,
    limits: FileLimits,
    { clock, later, openFile }: Surroundings,
    trouble: Trouble,
    timed = true,
  ) {
    this.#timed = timed;
    this.#path = path;
    this.#name = name;
    this.#limits = limits;
    this.#clock = clock;
    this.#later = later;
    this.#openFile = openFile;
    this.#trouble = trouble;
    this.#open();
  }

  write(line: string): void {
    if (this.#state === 'full') return;
    const time = this.#timed ? `${this.#time(this.#clock())}: ` : '';
    const text = `${time}${printable(line)}\n`;
    const { soft, hard } = this.#limits;
    const size = this.#size + Buffer.byteLength(text);
    if (hard !== undefined && size > hard) {
      this.#state = 'full';
      this.#trouble('ERROR', `Size of ${this.#name} log exceeded hard limit`);
      return;
    }
    this.#size = size;
    if (soft !== undefined && this.#state === 'writing' && size > soft) {
      this.#state = 'above-soft';
      this.#trouble('WARNING', `Size of ${this.#name} log exceeded soft limit`);
    }
    this.#queue(text);
  }

  /** Writes what is pending now; for the end of the process. */
  flush(): void {
    if (this.#lines === 0) return;
    const text = this.#pending;
    const lines = this.#lines;
    this.#pending = '';
    this.#lines = 0;
    this.#append(text, lines);
  }

  reopen(): void {
    this.close();
    this.#state = this.#state === 'failing' ? 'failing' : 'writing';
    try {
      this.#open();
    } catch (error) {
      this.#fail(error);
    }
  }

  close(): void {
    this.flush();
    const descriptor = this.#descriptor;
    // It is gone also when close(2) fails, as it does for what a file server could not write.
    this.#descriptor = undefined;
    try {
      if (descriptor !== undefined) closeSync(descriptor);
    } catch (error) {
      this.#fail(error);
    }
  }

  #open(): void {
    this.#descriptor = this.#openFile(this.#path);
    this.#size = fstatSync(this.#descriptor).size;
  }

  #queue(text: string): void {
    if (this.#lines === 0) this.#later(() => this.flush());
    this.#pending += text;
    this.#lines++;
    if (this.#pending.length > mostPending) this.flush();
  }

  #append(text: string, lines: number): void {
    const bytes = Buffer.from(text);
    try {
      if (this.#descriptor === undefined) {
        this.#open();
        this.#size += bytes.length;
      }
      let at = 0;
      while (this.#descriptor !== undefined && at < bytes.length) at += writeSync(this.#descriptor, bytes, at);
    } catch (error) {
      this.#size -= bytes.length;
      this.#lost += lines;
      this.#fail(error);
      return;
    }
    if (this.#state === 'failing') {
      this.#state = 'writing';
      const lost = this.#lost === 0 ? '' : `, ${this.#lost} lines were lost`;
      this.#trouble('NOTICE', `${this.#name} log ${this.#path} can be written again${lost}`);
      this.#lost = 0;
    }
  }

  #fail(error: unknown): void {
    if (this.#state === 'failing') return;
    this.#state = 'failing';
    const reason = error instanceof Error ? error.message : String(error);
    this.#trouble('ERROR', `${this.#name} log ${this.#path} cannot be written: ${reason}`);
  }
}
