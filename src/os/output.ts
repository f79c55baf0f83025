/**
 * Writing to an inherited output (stderr) without ever waiting for whoever is to read it.
 *
 * Whether a write waits is a property of the open file, which is shared with who started us: a pipe that nobody reads, or
 * a terminal that somebody has stopped with Ctrl-S, would hold a daemon, and one that is made non-blocking surprises the
 * others. So pipes and terminals are opened anew, through proc(5). Where that is not allowed (a terminal of somebody
 * else), and for sockets, which cannot be opened, the shared one is made non-blocking: a terminal for each write alone,
 * the others for good, as Node does with them too. Files do not wait, and opened anew they would begin at their start.
 */
import { constants, fstatSync, openSync, type Stats, writeSync } from 'node:fs';

import { asDescriptor, type Descriptor, setBlocking } from './descriptor.ts';

/**
 * @returns how many bytes were taken
 * @throws Error with the code EAGAIN when none are now
 */
export type WriteNow = (bytes: Uint8Array) => number;

export function writerWithoutWaiting(descriptor: Descriptor): WriteNow {
  const kind = fstatSync(descriptor);
  const waits = kind.isFIFO() || kind.isCharacterDevice() || kind.isSocket();
  if (!waits) return (bytes) => writeSync(descriptor, bytes);
  const own = openedAnew(descriptor, kind);
  if (own !== undefined) return (bytes) => writeSync(own, bytes);
  return (bytes) => {
    setBlocking(descriptor, false);
    try {
      return writeSync(descriptor, bytes);
    } finally {
      if (kind.isCharacterDevice()) setBlocking(descriptor, true);
    }
  };
}

function openedAnew(descriptor: Descriptor, kind: Stats): Descriptor | undefined {
  if (kind.isSocket()) return undefined;
  try {
    const flags = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
    return asDescriptor(openSync(`/proc/self/fd/${descriptor}`, flags));
  } catch {
    return undefined;
  }
}
