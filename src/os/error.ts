/**
 * The one exception of this folder: a system call that failed. Whoever catches it adds what was being done
 * and for which service; here stand only the call and the kernel's answer.
 */

export class SystemError extends Error {
  override readonly name = 'SystemError';
  /** Symbolic errno, such as `EADDRINUSE`. */
  readonly code: string;
  /** Positive, as in errno(3); Node's own errors carry it negative. */
  readonly errno: number;
  /** The call that failed, such as `bind`. */
  readonly syscall: string;

  constructor(syscall: string, errno: number, code: string, text: string) {
    super(`${syscall}: ${text}`);
    this.syscall = syscall;
    this.errno = errno;
    this.code = code;
  }
}
