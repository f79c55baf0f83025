/**
 * Messages whose sender the kernel names, for what comes from processes that nobody need believe: a process without
 * privileges can send with its own pid and user alone (SCM_CREDENTIALS, unix(7)).
 */
import type { Descriptor } from './descriptor.ts';
import { native } from './native.ts';

export interface SentMessage {
  /** Bytes at the start of the buffer; 0 is the end of the connection. */
  readonly length: number;
  /** Who has sent it, as it was then; 0 and -1 when that is not known. */
  readonly pid: number;
  readonly uid: number;
}

/** From now on what comes over the socket has a sender. */
export function tellSenders(socket: Descriptor): void {
  native.tellSenders(socket);
}

/**
 * Receives one message into `buffer`; descriptors that come along are closed. A longer message is a SystemError EMSGSIZE.
 * @returns undefined when nothing waits
 */
export function receiveFrom(socket: Descriptor, buffer: Uint8Array): SentMessage | undefined {
  const received = native.receiveFrom(socket, buffer);
  if (received === undefined) return undefined;
  const [length, pid, uid] = received;
  return { length, pid, uid };
}

/** What has been sent can still be received, and then the end comes; who sends from now on gets EPIPE. */
export function refuseMessages(socket: Descriptor): void {
  native.refuseMessages(socket);
}

/** Whether the process is a child of this one, also when it has ended and was not collected yet. */
export function isChild(pid: number): boolean {
  return native.isChild(pid);
}
