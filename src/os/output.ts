/**
 * An inherited output (stderr) as an output that never keeps its writer waiting.
 *
 * Whether it does is a property of the open file, which is shared with whoever started us: a pipe that nobody reads, or a
 * terminal that somebody has stopped with Ctrl-S, would hold a daemon, and making it non-blocking would reach the others.
 * So pipes and terminals are opened anew, through proc(5). Files are left alone: they do not wait, and another open file
 * would have an offset of its own; sockets cannot be opened, and Node has made them non-blocking.
 */
import { constants, fstatSync, openSync } from 'node:fs';

import { asDescriptor, type Descriptor } from './descriptor.ts';

/** @returns the descriptor itself where it cannot or need not be opened anew, as a terminal of somebody else */
export function outputWithoutWaiting(descriptor: Descriptor): Descriptor {
  try {
    const kind = fstatSync(descriptor);
    if (!kind.isFIFO() && !kind.isCharacterDevice()) return descriptor;
    const flags = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
    return asDescriptor(openSync(`/proc/self/fd/${descriptor}`, flags));
  } catch {
    return descriptor;
  }
}
