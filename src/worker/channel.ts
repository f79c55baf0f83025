/**
 * One end of the socket pair between daemon and worker: what is sent in one turn of the event loop goes out as one
 * message; what the other side does not take yet waits here, in order, and is tried again a little later.
 *
 * Nothing here is bounded by itself: the daemon bounds the tasks, and each side sends a bounded number of things for
 * each task. A descriptor that has been given to {@link Channel.send} stays open until its `sent` has been called.
 */
import {
  closeDescriptor,
  type Descriptor,
  receiveDescriptors,
  SystemError,
  sendDescriptors,
  type Watch,
  watchReadable,
} from '../os/mod.ts';
import { longestMessage, mostTogether } from './protocol.ts';

/** Messages taken in one go before anything else in the event loop has its turn. */
const batch = 16;

export interface ChannelObserver {
  /** The descriptors now belong to the observer. */
  onMessage(message: Uint8Array, descriptors: readonly Descriptor[]): void;
  /** The other side has gone, or has broken the rules of the socket; called once, and nothing after it. */
  onClosed(): void;
  /** Does the job when some milliseconds have passed. */
  later(job: () => void): void;
}

interface Waiting {
  readonly text: string;
  readonly descriptor: Descriptor | undefined;
  /** Called when the kernel has taken it. */
  readonly sent: (() => void) | undefined;
}

export class Channel {
  readonly #descriptor: Descriptor;
  readonly #observer: ChannelObserver;
  readonly #watch: Watch;
  readonly #buffer: Uint8Array = new Uint8Array(longestMessage);
  #waiting: Waiting[] = [];
  #flushing = false;
  #closed = false;

  /** @throws SystemError for want of memory; the descriptor is the caller's then, and from then on the channel's */
  constructor(descriptor: Descriptor, observer: ChannelObserver) {
    this.#descriptor = descriptor;
    this.#observer = observer;
    this.#watch = watchReadable(descriptor, () => this.receive());
    this.#watch.start();
  }

  /**
   * @param value an order or a report, well below {@link longestMessage} as JSON
   * @returns takes it back, as long as it waits
   */
  send(value: object, descriptor?: Descriptor, sent?: () => void): () => void {
    const waiting = { text: JSON.stringify(value), descriptor, sent };
    if (!this.#closed) this.#waiting.push(waiting);
    if (!this.#closed && !this.#flushing) {
      this.#flushing = true;
      queueMicrotask(() => this.#flush());
    }
    return () => {
      const at = this.#waiting.indexOf(waiting);
      if (at !== -1) this.#waiting.splice(at, 1);
    };
  }

  /** Takes what has come, now. */
  receive(): void {
    for (let taken = 0; taken < batch && !this.#closed; taken++) {
      const message = this.#receiveOne();
      if (message === undefined) return;
      this.#observer.onMessage(this.#buffer.subarray(0, message.length), message.descriptors);
    }
  }

  /** Final. What waits is forgotten, and its `sent` is never called. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#waiting = [];
    this.#watch.close();
    closeDescriptor(this.#descriptor);
  }

  #receiveOne(): { readonly length: number; readonly descriptors: readonly Descriptor[] } | undefined {
    try {
      const message = receiveDescriptors(this.#descriptor, this.#buffer);
      if (message?.length !== 0) return message;
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
    }
    this.#fail();
    return undefined;
  }

  /** Packs and sends until nothing waits or the socket is full. */
  #flush(): void {
    this.#flushing = false;
    while (!this.#closed && this.#waiting.length > 0) {
      const count = this.#howManyFit();
      const packed = this.#waiting.slice(0, count);
      if (!this.#sendOne(packed)) return;
      this.#waiting.splice(0, count);
      for (const { sent } of packed) sent?.();
    }
  }

  #howManyFit(): number {
    let bytes = 2;
    let count = 0;
    for (const { text } of this.#waiting) {
      // One character is at most three bytes of UTF-8, and a comma follows.
      bytes += text.length * 3 + 1;
      if (count > 0 && (bytes > longestMessage || count >= mostTogether)) break;
      count++;
    }
    return count;
  }

  #sendOne(packed: readonly Waiting[]): boolean {
    const message = Buffer.from(`[${packed.map(({ text }) => text).join(',')}]`);
    const descriptors = packed.flatMap(({ descriptor }) => descriptor ?? []);
    try {
      if (sendDescriptors(this.#descriptor, message, descriptors) !== undefined) return true;
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      // Too many descriptors are on their way, by the kernel's count for a sender without privileges: full, too.
      if (error.code !== 'ETOOMANYREFS') {
        this.#fail();
        return false;
      }
    }
    this.#flushing = true;
    this.#observer.later(() => this.#flush());
    return false;
  }

  #fail(): void {
    if (this.#closed) return;
    this.close();
    this.#observer.onClosed();
  }
}
