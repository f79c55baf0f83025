/**
 * The internal services over UDP: a bound socket is answered for a while, every datagram with at most one, to senders
 * that the daemon allows. Whoever has been judged is known for as long as that lasts; at an unknown sender everything
 * stops until the daemon has judged him.
 *
 * Two simple services that answer each other would never stop (a forged sender is enough to begin it), so that nothing
 * goes to a port on which such a service is to be expected, nor to the socket's own. xinetd 2.3.13 did so; later ones
 * can be made to loop.
 */
import type { BuiltinName } from '../../model/mod.ts';
import {
  closeDescriptor,
  DatagramBatch,
  type Descriptor,
  localAddress,
  type Watch,
  watchReadable,
  zoneName,
} from '../../os/mod.ts';
import type { DatagramJob } from '../protocol.ts';
import { generatedDatagram } from './chargen.ts';
import { daytime, time } from './text.ts';
import type { Traffic } from './traffic.ts';

export interface DatagramObserver {
  /** Somebody unknown; {@link Datagrams.judge} has to follow. */
  onUnknown(address: string, port: number): void;
  /** Called once, when the descriptor is closed. */
  onEnded(traffic: Traffic): void;
}

/** echo, discard, systat, daytime, netstat, qotd, chargen, time: whoever has one of these ports may answer an answer. */
const answeringPorts: ReadonlySet<number> = new Set([0, 7, 9, 11, 13, 15, 17, 19, 37]);

/** Batches answered in one go before anything else in the event loop has its turn. */
const mostBatches = 8;
/** More senders are forgotten and judged anew. */
const mostKnown = 4096;

export class Datagrams {
  readonly #name: BuiltinName;
  /** Whoever has been judged is forgotten with his datagram. */
  readonly #each: boolean;
  readonly #socket: Descriptor;
  readonly #observer: DatagramObserver;
  readonly #batch: DatagramBatch = new DatagramBatch();
  readonly #watch: Watch;
  readonly #ownPort: number;
  readonly #timer: NodeJS.Timeout;
  /** Whether a sender is answered. */
  readonly #known = new Map<string, boolean>();
  #first: string | undefined;
  /** Of the batch: how many, and which is next. */
  #count = 0;
  #next = 0;
  #asking = false;
  #expired = false;
  #ended = false;
  #received = 0;
  #sent = 0;

  /**
   * @param socket belongs to this from now on
   * @throws SystemError for a descriptor that is no such socket; it is closed then
   */
  constructor({ name, sender, milliseconds, each }: DatagramJob, socket: Descriptor, observer: DatagramObserver) {
    this.#name = name;
    this.#each = each;
    this.#socket = socket;
    this.#observer = observer;
    this.#first = sender;
    try {
      this.#ownPort = localAddress(socket).port;
      this.#watch = watchReadable(socket, () => this.#go());
    } catch (error) {
      closeDescriptor(socket);
      throw error;
    }
    this.#watch.start();
    this.#timer = setTimeout(() => {
      this.#expired = true;
      if (!this.#asking) this.#go();
    }, milliseconds);
  }

  /** The daemon's answer about whoever was unknown. */
  judge(allowed: boolean): void {
    if (!this.#asking) return;
    this.#asking = false;
    this.#known.set(this.#batch.senderKey(this.#next), allowed);
    this.#watch.start();
    this.#go();
  }

  /** Ends it now; what has been read and not answered is lost. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#watch.close();
    closeDescriptor(this.#socket);
    this.#observer.onEnded({ received: this.#received, sent: this.#sent });
  }

  /** Answers what is there. Level-triggered: what is left over comes with the next turn. */
  #go(): void {
    for (let batches = 0; batches < mostBatches && !this.#ended; batches++) {
      if (this.#next >= this.#count) {
        if (this.#expired) {
          this.end();
          return;
        }
        this.#next = 0;
        this.#count = this.#batch.receive(this.#socket);
        if (this.#count === 0) return;
      }
      this.#answerBatch();
      this.#sent += this.#batch.send(this.#socket);
      if (this.#asking) return;
    }
  }

  #answerBatch(): void {
    for (; this.#next < this.#count; this.#next++) {
      const allowed = this.#judged(this.#next);
      if (allowed === undefined) {
        this.#ask(this.#next);
        return;
      }
      if (this.#each) this.#known.delete(this.#batch.senderKey(this.#next));
      this.#received += this.#batch.length(this.#next);
      const port = this.#batch.senderPort(this.#next);
      if (allowed && port !== this.#ownPort && !answeringPorts.has(port)) this.#answer(this.#next);
    }
  }

  #judged(index: number): boolean | undefined {
    const key = this.#batch.senderKey(index);
    const known = this.#known.get(key);
    if (known !== undefined || this.#first === undefined) return known;
    if (this.#batch.sender(index).address !== this.#first) return undefined;
    this.#first = undefined;
    this.#known.set(key, true);
    return true;
  }

  #ask(index: number): void {
    this.#asking = true;
    this.#watch.stop();
    if (this.#known.size >= mostKnown) this.#known.clear();
    const { address, port } = this.#batch.sender(index);
    this.#observer.onUnknown(address, port);
  }

  #answer(index: number): void {
    const now = new Date();
    switch (this.#name) {
      case 'echo':
        this.#batch.echo(index);
        return;
      case 'discard':
        return;
      case 'daytime':
        this.#batch.answer(index, daytime(now, zoneName(now)));
        return;
      case 'time':
        this.#batch.answer(index, time(now));
        return;
      case 'chargen':
        this.#batch.answer(index, generatedDatagram);
        return;
    }
  }
}
