/** Errnos as people and logs know them: the C library's names and texts. */
import { native } from './native.ts';

/** `ENOENT` for 2; `E` and the number for one that the C library does not know. */
export function errnoName(errno: number): string {
  return native.errnoName(errno);
}

/** `No such file or directory` for 2, as strerror(3) says it. */
export function errnoMessage(errno: number): string {
  return native.errnoMessage(errno);
}
