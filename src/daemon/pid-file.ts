/**
 * The pid file: `PID` and a newline, mode 0644 less the umask, made anew (never written through a link that somebody
 * left there) and removed on an orderly end, if it is still ours.
 */
import { resolve } from 'node:path';

import { makeFile, removeFile } from '../os/mod.ts';

export class PidFile {
  readonly #path: string;
  readonly #text = `${process.pid}\n`;

  /** @throws FileError */
  constructor(path: string) {
    // A daemon that goes to / finds it again.
    this.#path = resolve(path);
    makeFile(this.#path, this.#text, 0o644);
  }

  /** @throws FileError of unlink(2); a file that has gone or belongs to another daemon by now is left alone */
  remove(): void {
    removeFile(this.#path, this.#text);
  }
}
