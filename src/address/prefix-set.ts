/**
 * A set of address blocks, asked for the longest one that holds an address. Blocks of one length are a hash table of
 * their leading bits, so a question costs one look-up for each length in use: at most 33 for IPv4, 129 for IPv6,
 * and two or three in real lists. Nothing is allocated for a question.
 */
import type { Family } from '../model/mod.ts';
import { type IpAddress, parseIp } from './ip.ts';

/** A block as the configuration gives it; see Network in model/. */
export interface Block {
  readonly family: Family;
  readonly address: string;
  readonly prefix: number;
}

export class PrefixSet {
  /** For each family, longest first. */
  readonly #lengths: Readonly<Record<Family, readonly SameLength[]>>;
  readonly size: number;

  /** @throws RangeError for a block whose address is none: the configuration has checked them */
  constructor(blocks: readonly Block[]) {
    this.size = blocks.length;
    const byPrefix: Readonly<Record<Family, Map<number, IpAddress[]>>> = { inet: new Map(), inet6: new Map() };
    for (const { family, address, prefix } of blocks) {
      const ip = parseIp(address);
      if (ip === undefined || ip.family !== family) throw new RangeError(`not an address of ${family}: ${address}`);
      const sameLength = byPrefix[family].get(prefix);
      if (sameLength === undefined) byPrefix[family].set(prefix, [ip]);
      else sameLength.push(ip);
    }
    const longestFirst = (found: ReadonlyMap<number, readonly IpAddress[]>): readonly SameLength[] =>
      [...found].toSorted(([a], [b]) => b - a).map(([prefix, addresses]) => new SameLength(prefix, addresses));
    this.#lengths = { inet: longestFirst(byPrefix.inet), inet6: longestFirst(byPrefix.inet6) };
  }

  /** @returns the length of the longest block that holds the address, or undefined */
  longestMatch({ family, bytes }: IpAddress): number | undefined {
    const lengths = this.#lengths[family];
    if (lengths.length === 0) return undefined;
    const first = word(bytes, 0);
    const second = word(bytes, 4);
    const third = word(bytes, 8);
    const fourth = word(bytes, 12);
    for (const sameLength of lengths) if (sameLength.has(first, second, third, fourth)) return sameLength.prefix;
    return undefined;
  }
}

/** Four words of 32 bits to a block, in a table that is at most half full; what is not there ends the search. */
class SameLength {
  readonly prefix: number;
  readonly #first: number;
  readonly #second: number;
  readonly #third: number;
  readonly #fourth: number;
  readonly #words: Int32Array;
  readonly #used: Uint8Array;

  constructor(prefix: number, addresses: readonly IpAddress[]) {
    this.prefix = prefix;
    this.#first = mask(prefix);
    this.#second = mask(prefix - 32);
    this.#third = mask(prefix - 64);
    this.#fourth = mask(prefix - 96);
    const slots = 2 ** Math.ceil(Math.log2(addresses.length * 2));
    this.#words = new Int32Array(slots * 4);
    this.#used = new Uint8Array(slots);
    for (const { bytes } of addresses) {
      const slot = this.#find(word(bytes, 0), word(bytes, 4), word(bytes, 8), word(bytes, 12));
      this.#used[slot] = 1;
      this.#words[slot * 4] = word(bytes, 0) & this.#first;
      this.#words[slot * 4 + 1] = word(bytes, 4) & this.#second;
      this.#words[slot * 4 + 2] = word(bytes, 8) & this.#third;
      this.#words[slot * 4 + 3] = word(bytes, 12) & this.#fourth;
    }
  }

  has(first: number, second: number, third: number, fourth: number): boolean {
    return this.#used[this.#find(first, second, third, fourth)] === 1;
  }

  /** The slot that has these leading bits, or the free one where they would be. */
  #find(one: number, two: number, three: number, four: number): number {
    const words = this.#words;
    const used = this.#used;
    const first = one & this.#first;
    const second = two & this.#second;
    const third = three & this.#third;
    const fourth = four & this.#fourth;
    const last = used.length - 1;
    let slot = mix(mix(mix(mix(0, first), second), third), fourth) & last;
    for (; used[slot] === 1; slot = (slot + 1) & last) {
      const at = slot * 4;
      if (words[at] === first && words[at + 1] === second && words[at + 2] === third && words[at + 3] === fourth) {
        break;
      }
    }
    return slot;
  }
}

/** Four bytes as a number, in network order; those that IPv4 does not have are zero. */
function word(bytes: Uint8Array, at: number): number {
  if (at >= bytes.length) return 0;
  return ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
}

/** The first so many of 32 bits. */
function mask(bits: number): number {
  return bits <= 0 ? 0 : bits >= 32 ? -1 : -1 << (32 - bits);
}

/** A step of MurmurHash3's finalizer: every bit of a word reaches the low ones. */
function mix(hash: number, bits: number): number {
  const mixed = Math.imul(hash ^ bits ^ (bits >>> 16), 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}
