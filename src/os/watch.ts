/**
 * Readiness of any descriptor, on Node's own loop.
 *
 * Level-triggered: the callback comes again in every turn of the loop while there is something to read. A watch that
 * is stopped or closed never calls back. Close the watch before its descriptor; closing it does not close that.
 * A blocking descriptor stays blocking, but is not for an instant while its watch is made: make the watch of a socket
 * that is handed over before its first server has it, and then only stop and start it.
 * A running watch keeps the process alive. An exception out of a callback ends the process as an uncaught one does.
 */
import type { Descriptor } from './descriptor.ts';
import { native } from './native.ts';

export interface Watch {
  /** Begins or resumes; a new watch is stopped. */
  start(): void;
  stop(): void;
  /** Final, and may be repeated. */
  close(): void;
}

class NativeWatch implements Watch {
  readonly #watch: ReturnType<typeof native.watchReadable>;

  constructor(watch: ReturnType<typeof native.watchReadable>) {
    this.#watch = watch;
  }

  start(): void {
    native.startWatch(this.#watch);
  }

  stop(): void {
    native.stopWatch(this.#watch);
  }

  close(): void {
    native.closeWatch(this.#watch);
  }
}

/** @throws SystemError EPERM for a descriptor that is always ready, such as a plain file's; EEXIST when it is watched already */
export function watchReadable(descriptor: Descriptor, onReadable: () => void): Watch {
  return new NativeWatch(native.watchReadable(descriptor, onReadable));
}
