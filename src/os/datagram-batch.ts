/**
 * Datagrams by the batch: one system call reads many, one answers all of them. Senders stay in the kernel's form, and
 * become text only where somebody wants to read it.
 */
import type { Peer } from '../model/mod.ts';
import type { Descriptor } from './descriptor.ts';
import { native } from './native.ts';

/** No batch is larger. */
const mostDatagrams = 16;
/** No datagram of IP is longer. */
const longestDatagram = 65_536;
/** See native/datagram.c: an address of any family, its port at 2, and its length. */
const senderBytes = 32;
const portAt = 2;
const portEnd = 4;
const addressEnd = 28;

export class DatagramBatch {
  readonly #data: Buffer = Buffer.allocUnsafeSlow(mostDatagrams * longestDatagram);
  readonly #senders: Buffer = Buffer.alloc(mostDatagrams * senderBytes);
  #lengths: readonly number[] = [];
  #answers: number[] = [];

  /** Reads what waits, in place of what was read before. @returns how many there are */
  receive(socket: Descriptor): number {
    this.#lengths = native.receiveDatagrams(socket, this.#data, longestDatagram, this.#senders);
    this.#answers = this.#lengths.map(() => -1);
    return this.#lengths.length;
  }

  /** Bytes of a datagram. */
  length(index: number): number {
    return this.#lengths[index] ?? 0;
  }

  /** The same for every datagram of one address, and for no other. */
  senderKey(index: number): string {
    const at = index * senderBytes;
    return this.#text(at, at + portAt) + this.#text(at + portEnd, at + addressEnd);
  }

  senderPort(index: number): number {
    return this.#senders.readUInt16BE(index * senderBytes + portAt);
  }

  sender(index: number): Peer {
    const [address, port] = native.senderOf(this.#senders, index);
    return { address, port };
  }

  /** Its sender gets it back. */
  echo(index: number): void {
    this.#answers[index] = this.length(index);
  }

  /** Its sender gets this. */
  answer(index: number, bytes: Uint8Array): void {
    this.#data.set(bytes, index * longestDatagram);
    this.#answers[index] = bytes.length;
  }

  /** Sends the answers, once. @returns bytes sent; what the kernel does not take at once is lost */
  send(socket: Descriptor): number {
    if (this.#answers.every((length) => length < 0)) return 0;
    const sent = native.sendDatagrams(socket, this.#data, longestDatagram, this.#senders, this.#answers);
    this.#answers = this.#lengths.map(() => -1);
    return sent;
  }
  #text(from: number, to: number): string {
    return this.#senders.toString('latin1', from, to);
  }
}
