/**
 * Addresses and blocks of them that an administrator has banned while the daemon runs: every service refuses their
 * clients before anything else is looked at. A ban may have an end; that is looked at when somebody asks. Bans outlive a reload, since no text
 * says them, and not the daemon.
 */
import { formatIp, PrefixSet, parseIp, parsePrefix, unmapIp } from '../address/mod.ts';

/** An administrator with a script is no reason to run out of memory. */
const mostBans = 10_000;

export interface Ban {
  /** `192.0.2.0/24`, or one address. */
  readonly block: string;
  /** In milliseconds since the epoch; `Infinity` is until it is taken back. */
  readonly until: number;
}

export class Bans {
  readonly #until = new Map<string, number>();
  #set: PrefixSet = new PrefixSet([]);
  /** When the next of them is over. */
  #next = Number.POSITIVE_INFINITY;

  readonly #most: number;

  constructor(most: number = mostBans) {
    this.#most = most;
  }

  /** A ban that is there already gets the new end. @returns the block as it is kept; undefined when the text is none */
  add(text: string, until: number): { readonly block: string } | 'full' | undefined {
    const block = blockOf(text);
    if (block === undefined) return undefined;
    if (this.#until.size >= this.#most && !this.#until.has(block)) return 'full';
    this.#until.set(block, until);
    this.#rebuild();
    return { block };
  }

  /** @returns the block as it was kept; undefined: there was no such ban */
  remove(text: string): string | undefined {
    const block = blockOf(text);
    if (block === undefined || !this.#until.delete(block)) return undefined;
    this.#rebuild();
    return block;
  }

  has(address: string, now: number): boolean {
    if (this.#until.size === 0) return false;
    this.#sweep(now);
    const ip = parseIp(address.split('%', 1)[0] ?? '');
    return ip !== undefined && this.#set.longestMatch(unmapIp(ip)) !== undefined;
  }

  /** In the order in which they were made. */
  list(now: number): readonly Ban[] {
    this.#sweep(now);
    return Array.from(this.#until, ([block, until]) => ({ block, until }));
  }

  #sweep(now: number): void {
    if (now < this.#next) return;
    for (const [block, until] of this.#until) if (until <= now) this.#until.delete(block);
    this.#rebuild();
  }

  #rebuild(): void {
    const blocks = Array.from(this.#until.keys(), (block) => parsePrefix(block)).filter((block) => block !== undefined);
    this.#set = new PrefixSet(blocks.map(({ ip, prefix }) => ({ family: ip.family, address: formatIp(ip), prefix })));
    this.#next = Math.min(Number.POSITIVE_INFINITY, ...this.#until.values());
  }
}

/** One spelling for each block; an IPv4 address in IPv6 clothes is an IPv4 one, as everywhere. */
function blockOf(text: string): string | undefined {
  const parsed = parsePrefix(text);
  if (parsed === undefined) return undefined;
  const plain = unmapIp(parsed.ip);
  // A block of them has a prefix of at least 96 bits, or it would be none of theirs.
  if (plain !== parsed.ip) return written(formatIp(plain), parsed.prefix - 96, 32);
  return written(formatIp(plain), parsed.prefix, plain.bytes.length * 8);
}

function written(address: string, prefix: number, longest: number): string {
  return prefix === longest ? address : `${address}/${prefix}`;
}
