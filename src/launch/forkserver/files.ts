/**
 * Whether what a fork server is made of is still what it was loaded from: the program and its script at every look, and
 * the many files that it has loaded besides at most once a second. What it says it has loaded is the claim of a stranger,
 * so only so many paths are kept, and nothing is done with them but stat(2).
 *
 * A file that has changed just now may be changed once more without its times telling, and may be half written. So a
 * change is told when that time is over, and a script that was as young when it was loaded counts as changed by then.
 */
import { FileError, FileStamp } from '../../os/mod.ts';

const mostFiles = 4096;
const restMilliseconds = 1000;
/** More than times of files are ever apart. */
const longestBlind = 3000;

export interface Clocks {
  /** Milliseconds of a clock that nobody sets. */
  readonly now: () => number;
  /** Milliseconds since the epoch, as files have them. */
  readonly today: () => number;
}

/** All is as it was; something has changed; or that will be known in so many milliseconds. */
export type Look = 'same' | 'changed' | number;

export class LoadedFiles {
  readonly #own: readonly FileStamp[];
  readonly #loaded = new Map<string, FileStamp>();
  readonly #clocks: Clocks;
  /** Those that have changed, or may have. */
  readonly #changed = new Set<FileStamp>();
  #nextLook: number;

  /** @param paths the program and its script, looked at every time */
  constructor(paths: readonly string[], clocks: Clocks) {
    this.#own = paths.map((path) => new FileStamp(path));
    this.#clocks = clocks;
    this.#nextLook = clocks.now() + restMilliseconds;
    for (const stamp of this.#own) {
      refresh(stamp);
      if (this.#blindFor(stamp) > 0) this.#changed.add(stamp);
    }
  }

  add(path: string): void {
    if (path === '' || this.#loaded.has(path) || this.#loaded.size >= mostFiles) return;
    const stamp = new FileStamp(path);
    refresh(stamp);
    this.#loaded.set(path, stamp);
  }

  look(): Look {
    this.#refresh();
    if (this.#changed.size === 0) return 'same';
    const blind = Math.max(...Array.from(this.#changed, (stamp) => this.#blindFor(stamp)));
    return blind > 0 ? blind : 'changed';
  }

  #refresh(): void {
    for (const stamp of this.#own) if (refresh(stamp)) this.#changed.add(stamp);
    const now = this.#clocks.now();
    if (now < this.#nextLook) return;
    this.#nextLook = now + restMilliseconds;
    for (const stamp of this.#loaded.values()) if (refresh(stamp)) this.#changed.add(stamp);
  }

  /** A time that is still to come is of another clock, and tells nothing. */
  #blindFor(stamp: FileStamp): number {
    const left = stamp.blindUntil - this.#clocks.today();
    return left > longestBlind ? 0 : left;
  }
}

/** Whether it is another. What cannot be asked about now (a file server that is away) has not changed. */
function refresh(stamp: FileStamp): boolean {
  try {
    return stamp.refresh();
  } catch (error) {
    if (error instanceof FileError) return false;
    throw error;
  }
}
