/**
 * tcpmux (RFC 1078): one port for many services. The client says which one it wants in its first line; the daemon says
 * what it gets, and serves it itself from its own copy of the connection, of which nothing behind that line has been read.
 *
 * A line may come in pieces and end in LF alone (xinetd wants one read with CR LF). It has a length and a time: who
 * exceeds one of them, or names nothing, is closed without a word.
 */
import {
  closeDescriptor,
  type Descriptor,
  receiveLine,
  SystemError,
  sendLast,
  sendNow,
  type Watch,
  watchReadable,
} from '../../os/mod.ts';
import { longestName, type TcpmuxJob } from '../protocol.ts';
import type { Traffic } from './traffic.ts';

export interface TcpmuxObserver {
  /** {@link Tcpmux.reply} has to follow. */
  onName(name: string): void;
  /** Called once, when the descriptor is closed. */
  onEnded(traffic: Traffic): void;
}

const newline = 0x0a;
/** The name and CR LF. */
const longestLine = longestName + 2;

export class Tcpmux {
  readonly #connection: Descriptor;
  readonly #observer: TcpmuxObserver;
  readonly #watch: Watch;
  readonly #timer: NodeJS.Timeout;
  readonly #line: Buffer = Buffer.alloc(longestLine);
  #length = 0;
  #sent = 0;
  #ended = false;

  /**
   * @param connection belongs to this from now on, but its mode stays that of the daemon's copy
   * @throws SystemError when it cannot be watched; it is closed then
   */
  constructor({ milliseconds }: TcpmuxJob, connection: Descriptor, observer: TcpmuxObserver) {
    this.#connection = connection;
    this.#observer = observer;
    try {
      this.#watch = watchReadable(connection, () => this.#read());
    } catch (error) {
      closeDescriptor(connection);
      throw error;
    }
    this.#watch.start();
    this.#timer = setTimeout(() => this.end(), milliseconds);
  }

  /** @param goesOn the connection goes on with somebody else; otherwise this is the end of it */
  reply(text: string, goesOn: boolean): void {
    if (this.#ended) return;
    const bytes = Buffer.from(text, 'latin1');
    try {
      if (goesOn) this.#sent += bytes.length === 0 ? 0 : sendNow(this.#connection, bytes);
      else this.#sent += sendLast(this.#connection, bytes);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      // The client has gone, which whoever serves it will notice too.
    }
    this.end();
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#watch.close();
    closeDescriptor(this.#connection);
    this.#observer.onEnded({ received: this.#length, sent: this.#sent });
  }

  #read(): void {
    let received: number | undefined;
    try {
      received = receiveLine(this.#connection, this.#line.subarray(this.#length));
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      received = 0;
    }
    if (received === undefined) return;
    this.#length += received;
    const whole = this.#line[this.#length - 1] === newline;
    if (received > 0 && !whole && this.#length < longestLine) return;
    const name = this.#line.toString('latin1', 0, this.#length).replace(/\r?\n$/, '');
    if (!whole || received === 0 || name.length > longestName || !/^[!-~]+$/.test(name)) {
      this.end();
      return;
    }
    // From here on it is the daemon's turn, which takes a bounded time.
    clearTimeout(this.#timer);
    this.#watch.stop();
    this.#observer.onName(name);
  }
}
