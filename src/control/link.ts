/**
 * One end of a control connection: lines in, lines out, never waiting. What the other side does not read is kept up to
 * a bound and for a time; whoever reads slower than that is cut off, and the daemon goes on without it.
 */
import {
  closeDescriptor,
  type Descriptor,
  readPipe,
  SystemError,
  sendNow,
  type Watch,
  watchReadable,
} from '../os/mod.ts';
import { Lines } from './lines.ts';

/** A status of some ten thousand services. */
const mostUnread = 8 * 1024 * 1024;
const patienceMilliseconds = 10_000;
const retryMilliseconds = 20;

const chunk = Buffer.alloc(65_536);

export interface LinkObserver {
  readonly onLine: (line: string) => void;
  /** Called once, when the connection is closed, whoever has closed it. */
  readonly onEnd: () => void;
}

export class Link {
  readonly #descriptor: Descriptor;
  readonly #observer: LinkObserver;
  readonly #lines: Lines;
  readonly #watch: Watch;
  #unsent: Buffer[] = [];
  #unsentBytes = 0;
  #stuckSince: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closing = false;
  #closed = false;

  /**
   * @param descriptor a connected socket, not blocking; closed by the link
   * @param longest bytes in a line of the other side
   * @throws SystemError when it cannot be watched; it is closed then
   */
  constructor(descriptor: Descriptor, longest: number, observer: LinkObserver) {
    this.#descriptor = descriptor;
    this.#observer = observer;
    this.#lines = new Lines(longest);
    try {
      this.#watch = watchReadable(descriptor, () => this.#read());
      this.#watch.start();
    } catch (error) {
      closeDescriptor(descriptor);
      throw error;
    }
  }

  /** @param value becomes one line of JSON */
  send(value: object): void {
    if (this.#closed) return;
    const bytes = Buffer.from(`${JSON.stringify(value)}\n`);
    this.#unsent.push(bytes);
    this.#unsentBytes += bytes.length;
    if (this.#timer === undefined) this.#flush();
    if (this.#unsentBytes > mostUnread) this.close();
  }

  /** Closes it when all is sent. */
  end(): void {
    this.#closing = true;
    if (this.#unsent.length === 0) this.close();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#watch.close();
    closeDescriptor(this.#descriptor);
    this.#observer.onEnd();
  }

  #read(): void {
    let length: number | undefined;
    try {
      length = readPipe(this.#descriptor, chunk);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      length = 0; // ECONNRESET: it has gone
    }
    if (length === undefined) return;
    const lines = length === 0 ? undefined : this.#lines.add(chunk.subarray(0, length));
    if (lines === undefined) {
      this.close();
      return;
    }
    for (const line of lines) if (!this.#closed) this.#observer.onLine(line);
  }

  #flush(): void {
    this.#timer = undefined;
    for (let first = this.#unsent[0]; first !== undefined; first = this.#unsent[0]) {
      const sent = sendNow(this.#descriptor, first);
      this.#unsentBytes -= sent;
      if (sent > 0) this.#stuckSince = undefined;
      if (sent < first.length) {
        this.#unsent[0] = first.subarray(sent);
        this.#waitForRoom();
        return;
      }
      this.#unsent.shift();
    }
    if (this.#closing) this.close();
  }

  #waitForRoom(): void {
    const now = performance.now();
    this.#stuckSince ??= now;
    if (now - this.#stuckSince > patienceMilliseconds) this.close();
    else this.#timer = setTimeout(() => this.#flush(), retryMilliseconds);
  }
}
