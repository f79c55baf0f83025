/**
 * V8 while a daemon starts. What reads the configuration and opens the sockets runs once, so code that is optimised for it
 * comes too late, and takes a processor that the start needs; and as most of what is allocated then stays, a young
 * generation that grows is only more memory touched for the first time.
 */
import { setFlagsFromString } from 'node:v8';

export interface Start {
  /** So many bytes more of configuration there are: when they are many, optimised code pays. */
  reads(bytes: number): void;
  /** V8 does again what it does by itself. */
  end(): void;
}

const itself: Start = { reads: () => {}, end: () => {} };

/** Some four thousand services. */
const much = 512 * 1024;

/** Whoever has given Node options has decided what V8 does: nothing changes then. */
export function beginStart(): Start {
  if (process.execArgv.length > 0 || process.env['NODE_OPTIONS'] !== undefined) return itself;
  setFlagsFromString('--no-opt');
  setFlagsFromString('--semi-space-growth-factor=1');
  let read = 0;
  return {
    reads: (bytes) => {
      if (read < much && read + bytes >= much) setFlagsFromString('--opt');
      read += bytes;
    },
    end: () => {
      setFlagsFromString('--opt');
      setFlagsFromString('--semi-space-growth-factor=2');
    },
  };
}
