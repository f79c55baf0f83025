/**
 * The terminal, or whatever stderr is in the foreground: written at once and in order. It may be a pipe whose reader is
 * slow: what it does not take is kept, up to a bound, and offered again every few milliseconds. It may be one that
 * nobody reads any more: losing lines there must not end the daemon. Lines that are lost are counted, and the count is
 * written as soon as something can be.
 */
import { writeSync } from 'node:fs';

import { printable } from './printable.ts';
import type { Sink } from './sink.ts';

/** Bytes that are kept for a slow reader. */
const mostPending = 1_048_576;
const retryMilliseconds = 10;

export class StreamSink implements Sink {
  readonly #descriptor: number;
  readonly #prefix: () => string;
  #pending: Buffer[] = [];
  #size = 0;
  #lost = 0;
  /** Lost lines that the last kept line tells of. */
  #told = 0;

  /** @param prefix what stands in front of each line */
  constructor(descriptor: number, prefix: () => string) {
    this.#descriptor = descriptor;
    this.#prefix = prefix;
  }

  write(line: string): void {
    this.show(`${this.#prefix()}${printable(line)}\n`);
  }

  /** Whole lines that are fit to be shown as they are, kept or lost together. */
  show(lines: string): void {
    const waiting = this.#size > 0;
    this.#keep(lines);
    if (!waiting) this.#drain();
  }

  reopen(): void {
    // An inherited descriptor cannot be opened again.
  }

  /** Offers what is kept once more; the descriptor is not ours to close. */
  close(): void {
    this.#drain();
  }

  #keep(lines: string): void {
    const bytes = Buffer.from(lines);
    if (this.#size + bytes.length > mostPending) {
      this.#lost++;
      return;
    }
    this.#pending.push(bytes);
    this.#size += bytes.length;
  }

  #drain(): void {
    try {
      this.#offer();
      this.#told = 0;
      if (this.#lost === 0) return;
      const lost = this.#lost;
      this.#lost = 0;
      this.#keep(`${this.#prefix()}${lost} lines could not be written here\n`);
      this.#told = lost;
      this.#offer();
      this.#told = 0;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') {
        setTimeout(() => this.#drain(), retryMilliseconds).unref();
        return;
      }
      // EPIPE, EIO: there is nowhere left to say it. The number is told when something can be written again.
      this.#lost += this.#pending.length + (this.#told > 0 ? this.#told - 1 : 0);
      this.#told = 0;
      this.#pending = [];
      this.#size = 0;
    }
  }

  /** Writes what is kept; throws when that is not possible now. */
  #offer(): void {
    for (let [bytes] = this.#pending; bytes !== undefined; [bytes] = this.#pending) {
      const written = writeSync(this.#descriptor, bytes);
      this.#size -= written;
      if (written < bytes.length) this.#pending[0] = bytes.subarray(written);
      else this.#pending.shift();
    }
  }
}
