/**
 * The terminal, or whatever stderr is in the foreground: written at once and in order. It may be a pipe whose reader is
 * slow: what it does not take is kept, up to a bound, and offered again every few milliseconds. It may be one that
 * nobody reads any more: losing lines there must not end the daemon. Lines that are lost are counted, and the count is
 * written as soon as something can be.
 */
import { printable } from './printable.ts';
import type { Sink } from './sink.ts';

/** Bytes that are kept for a slow reader. */
const mostPending = 1_048_576;
const retryMilliseconds = 10;

/**
 * Writes what can be written now, and says how much that was.
 * @throws Error with the code EAGAIN when nothing can, with another when nothing ever will
 */
export type Write = (bytes: Uint8Array) => number;

export class StreamSink implements Sink {
  readonly #write: Write;
  readonly #ident: string;
  #pending: Buffer[] = [];
  #size = 0;
  #lost = 0;
  /** Lost lines that the last kept line tells of. */
  #told = 0;

  /** @param ident who tells of lost lines */
  constructor(write: Write, ident: string) {
    this.#write = write;
    this.#ident = ident;
  }

  write(line: string): void {
    this.show(`${printable(line)}\n`);
  }

  /** Whole lines that are fit to be shown as they are, kept or lost together. */
  show(lines: string): void {
    const waiting = this.#size > 0;
    this.#keep(lines);
    if (!waiting) this.#drain();
  }

  reopen(): void {
    // There is no other place than the one that was inherited.
  }

  /** Offers what is kept once more; the output is not ours to close. */
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
      this.#keep(`${this.#ident}: ${lost} lines could not be written here\n`);
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
      const written = this.#write(bytes);
      this.#size -= written;
      if (written < bytes.length) this.#pending[0] = bytes.subarray(written);
      else this.#pending.shift();
    }
  }
}
