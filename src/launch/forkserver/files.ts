/**
 * Whether what a fork server is made of is still what it was loaded from: the program and its script at every look, and
 * the many files that it has loaded besides at most once a second. What it says it has loaded is the claim of a stranger,
 * so only so many paths are kept, and nothing is done with them but stat(2).
 */
import { FileError, FileStamp } from '../../os/mod.ts';

const mostFiles = 4096;
const restMilliseconds = 1000;

export class LoadedFiles {
  readonly #own: readonly FileStamp[];
  readonly #loaded = new Map<string, FileStamp>();
  readonly #now: () => number;
  #nextLook: number;

  /**
   * @param paths the program and its script, looked at every time
   * @param now milliseconds of a clock that nobody sets
   */
  constructor(paths: readonly string[], now: () => number) {
    this.#own = paths.map((path) => new FileStamp(path));
    this.#now = now;
    this.#nextLook = now() + restMilliseconds;
    for (const stamp of this.#own) look(stamp);
  }

  add(path: string): void {
    if (path === '' || this.#loaded.has(path) || this.#loaded.size >= mostFiles) return;
    const stamp = new FileStamp(path);
    look(stamp);
    this.#loaded.set(path, stamp);
  }

  /** Whether one of them has changed since the last look. */
  changed(): boolean {
    const now = this.#now();
    const all = now >= this.#nextLook;
    let changed = false;
    for (const stamp of this.#own) if (look(stamp)) changed = true;
    if (!all) return changed;
    this.#nextLook = now + restMilliseconds;
    for (const stamp of this.#loaded.values()) if (look(stamp)) changed = true;
    return changed;
  }
}

/** What cannot be asked about now (a file server that is away) has not changed. */
function look(stamp: FileStamp): boolean {
  try {
    return stamp.refresh();
  } catch (error) {
    if (error instanceof FileError) return false;
    throw error;
  }
}
