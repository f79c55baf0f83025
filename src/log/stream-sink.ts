/**
 * The terminal, or whatever stderr is in the foreground: written at once and in order. Stderr may be a pipe that
 * nobody reads any more; losing lines there must not end the daemon.
 */
import { writeSync } from 'node:fs';

import { printable } from './printable.ts';
import type { Sink } from './sink.ts';

export class StreamSink implements Sink {
  readonly #descriptor: number;
  readonly #prefix: () => string;
  #lost = 0;

  /** @param prefix what stands in front of each line */
  constructor(descriptor: number, prefix: () => string) {
    this.#descriptor = descriptor;
    this.#prefix = prefix;
  }

  write(line: string): void {
    if (this.#lost > 0 && this.#put(`${this.#lost} lines could not be written here`)) this.#lost = 0;
    if (!this.#put(line)) this.#lost++;
  }

  reopen(): void {
    // An inherited descriptor cannot be opened again.
  }

  close(): void {
    // It is not ours to close.
  }

  #put(line: string): boolean {
    try {
      writeSync(this.#descriptor, `${this.#prefix()}${printable(line)}\n`);
      return true;
    } catch {
      // EPIPE, EAGAIN, EIO: there is nowhere left to say it; write() counts it and tells when it can.
      return false;
    }
  }
}
