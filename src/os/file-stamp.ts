/**
 * Whether a file is still as it was: one stat(2), cheap enough to be made for every client.
 */
import { native } from './native.ts';
import { withPath } from './walk.ts';

/** Five numbers of 64 bits, as native/file.c has them; the last are when it was modified and changed, in nanoseconds. */
const stampBytes = 40;
const modifiedAt = 3;
const changedAt = 4;
/** Kernels before 6.13 take the time of their last tick, of which there are a hundred a second or more. */
const tickMilliseconds = 20;
/** File systems whose times are whole seconds, or two of them. */
const coarseMilliseconds = 2000;

export class FileStamp {
  readonly #path: string;
  readonly #bytes = new Uint8Array(stampBytes);
  readonly #numbers = new BigUint64Array(this.#bytes.buffer);

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Looks at the file.
   * @returns whether it is another than when one last looked, or has been written to; at first, whether there is one
   * @throws FileError of stat(2); ENOENT and ENOTDIR mean that there is no file
   */
  refresh(): boolean {
    return withPath(this.#path, () => native.refreshStamp(this.#path, this.#bytes));
  }

  /** Whether there was a file. */
  get exists(): boolean {
    return this.#bytes.some((byte) => byte !== 0);
  }

  /** Milliseconds since the epoch; 0 when there was no file. */
  get modified(): number {
    return Number((this.#numbers[modifiedAt] ?? 0n) / 1_000_000n);
  }

  /**
   * Until when the next change may leave the stamp as it is, since a file has no finer times: milliseconds since the epoch.
   * In the past where that is over; 0 when there was no file.
   */
  get blindUntil(): number {
    const changed = this.#numbers[changedAt] ?? 0n;
    if (changed === 0n) return 0;
    const coarse = changed % 1_000_000_000n === 0n;
    return Number(changed / 1_000_000n) + (coarse ? coarseMilliseconds : tickMilliseconds);
  }
}
