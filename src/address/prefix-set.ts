/**
 * A set of address blocks, asked for the longest one that holds an address. Blocks of one length are a hash set of
 * their leading bits, so a question costs one look-up for each length in use: at most 33 for IPv4, 129 for IPv6,
 * and two or three in real lists.
 */
import type { Family } from '../model/mod.ts';
import { type IpAddress, parseIp } from './ip.ts';
import { maskIp } from './prefix.ts';

/** A block as the configuration gives it; see Network in model/. */
export interface Block {
  readonly family: Family;
  readonly address: string;
  readonly prefix: number;
}

interface Length {
  readonly prefix: number;
  readonly blocks: Set<string>;
}

export class PrefixSet {
  /** For each family, longest first. */
  readonly #lengths: Readonly<Record<Family, Length[]>> = { inet: [], inet6: [] };
  readonly size: number;

  /** @throws RangeError for a block whose address is none: the configuration has checked them */
  constructor(blocks: readonly Block[]) {
    this.size = blocks.length;
    const byPrefix: Readonly<Record<Family, Map<number, Set<string>>>> = { inet: new Map(), inet6: new Map() };
    for (const { family, address, prefix } of blocks) {
      const ip = parseIp(address);
      if (ip === undefined || ip.family !== family) throw new RangeError(`not an address of ${family}: ${address}`);
      let sameLength = byPrefix[family].get(prefix);
      if (sameLength === undefined) {
        sameLength = new Set();
        byPrefix[family].set(prefix, sameLength);
      }
      sameLength.add(key(ip, prefix));
    }
    for (const family of ['inet', 'inet6'] as const) {
      for (const [prefix, keys] of byPrefix[family]) this.#lengths[family].push({ prefix, blocks: keys });
      this.#lengths[family].sort((a, b) => b.prefix - a.prefix);
    }
  }

  /** @returns the length of the longest block that holds the address, or undefined */
  longestMatch(ip: IpAddress): number | undefined {
    return this.#lengths[ip.family].find(({ prefix, blocks }) => blocks.has(key(ip, prefix)))?.prefix;
  }
}

/** The leading bits of an address as a string, one character for each byte. */
function key(ip: IpAddress, prefix: number): string {
  return String.fromCharCode(...maskIp(ip, prefix).bytes);
}
