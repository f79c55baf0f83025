/**
 * Descriptors: numbers that the kernel gave us and that somebody has to close.
 *
 * The type is branded, so that a port or a pid is never handed to a call that closes or reads. Whatever makes a
 * descriptor here makes it close-on-exec. Nothing closes a descriptor but {@link closeDescriptor}.
 */
import { native } from './native.ts';

declare const descriptor: unique symbol;
export type Descriptor = number & { readonly [descriptor]: true };

export type PairType = 'stream' | 'seqpacket' | 'dgram';

export interface DescriptorMessage {
  /** Bytes at the start of the buffer; 0 is the end of the connection. */
  readonly length: number;
  /** Blocking or not as they were sent; close-on-exec here. The receiver closes them. */
  readonly descriptors: readonly Descriptor[];
}

/** For descriptors that came from elsewhere: inherited ones (0, 1, 2) and those of node:fs. */
export function asDescriptor(number: number): Descriptor {
  if (!Number.isInteger(number) || number < 0) throw new RangeError(`not a descriptor: ${number}`);
  return number as Descriptor;
}

export function closeDescriptor(descriptor: Descriptor): void {
  native.closeDescriptor(descriptor);
}

/** /dev/null, for reading and writing. */
export function openNull(): Descriptor {
  return native.openNull() as Descriptor;
}

/**
 * Another descriptor for the same open file.
 * @throws SystemError EMFILE when there are no more
 */
export function duplicate(descriptor: Descriptor): Descriptor {
  return native.duplicate(descriptor) as Descriptor;
}

/** dup2(2): `to` becomes `from`, and unlike every other descriptor it survives execve. */
export function duplicateOnto(from: Descriptor, to: Descriptor): void {
  native.duplicateOnto(from, to);
}

/** The mode belongs to the open file: every process that shares it sees the change. */
export function setBlocking(descriptor: Descriptor, blocking: boolean): void {
  native.setBlocking(descriptor, blocking);
}

/** Two connected Unix sockets. */
export function socketPair(type: PairType, nonBlocking: boolean = true): readonly [Descriptor, Descriptor] {
  return native.socketPair(type, nonBlocking) as readonly [Descriptor, Descriptor];
}

/** A pipe: `read` for {@link readPipe} and never blocking, `write` for a process that is started, and blocking. */
export function openPipe(): { readonly read: Descriptor; readonly write: Descriptor } {
  const [read, write] = native.openPipe();
  return { read: read as Descriptor, write: write as Descriptor };
}

/** @returns how many bytes there are in the buffer now: 0 at the end of the pipe, undefined when nothing waits */
export function readPipe(pipe: Descriptor, buffer: Uint8Array): number | undefined {
  return native.readPipe(pipe, buffer);
}

/**
 * Sends bytes and descriptors as one message; the sender keeps its own copies and may close them at once.
 * Send at least one byte, since an empty message reads like the end of the connection.
 * @returns the number of bytes sent (all of them, where the socket keeps boundaries), or undefined when there is no room
 */
export function sendDescriptors(
  socket: Descriptor,
  bytes: Uint8Array,
  descriptors: readonly Descriptor[],
): number | undefined {
  return native.sendDescriptors(socket, bytes, descriptors);
}

/**
 * Receives one message into `buffer`. A message longer than the buffer is a SystemError EMSGSIZE, and its
 * descriptors are closed.
 * @returns undefined when nothing waits
 */
export function receiveDescriptors(socket: Descriptor, buffer: Uint8Array): DescriptorMessage | undefined {
  const received = native.receiveDescriptors(socket, buffer);
  if (received === undefined) return undefined;
  const [length, ...descriptors] = received;
  return { length, descriptors: descriptors as Descriptor[] };
}
