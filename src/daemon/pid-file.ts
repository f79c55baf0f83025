/**
 * The pid file: `PID` and a newline, mode 0644, made anew (never written through a link that somebody left there)
 * and removed on an orderly end, if it is still ours.
 */
import { closeSync, constants, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';

export class PidFile {
  readonly #path: string;

  /** @throws SystemError of unlink(2), open(2) or write(2) */
  constructor(path: string) {
    this.#path = path;
    removeIfThere(path);
    const descriptor = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o644);
    try {
      writeSync(descriptor, `${process.pid}\n`);
    } finally {
      closeSync(descriptor);
    }
  }

  /** @throws SystemError of unlink(2); a file that has gone or belongs to another daemon by now is left alone */
  remove(): void {
    if (ownerOf(this.#path) === process.pid) removeIfThere(this.#path);
  }
}

function ownerOf(path: string): number | undefined {
  try {
    return Number(readFileSync(path, 'latin1'));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
