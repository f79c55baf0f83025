/**
 * What is remembered of clients: for each source of each limit one number, when its bucket is full again. One table
 * serves all services, so that there is one bound for the memory of a daemon, whoever comes: 44 bytes for each of a
 * million sources, and none before the first.
 *
 * A source whose bucket is full again is as good as one that was never seen, so its place is free. When there is no
 * such place left, the source that has been silent longest is forgotten.
 *
 * Entries are numbers from 1 (0 is none) that stand for places in arrays; objects would cost three times as much. The
 * arrays are zeros that the kernel supplies when they are first touched, so memory is used as sources come.
 */
import { keyWords } from './source-key.ts';
import { type Randomize, Tabulation } from './tabulation.ts';

/** A key is a block of addresses, and behind it the number of the limit that it is remembered for. */
const wordsOfKey = keyWords + 1;

const defaultMost = 2 ** 20;

interface Arrays {
  readonly hash: Tabulation;
  /** For each bucket of hashes its first entry. */
  readonly heads: Int32Array;
  /** The next entry with the same bucket. */
  readonly chains: Int32Array;
  readonly keys: Uint32Array;
  readonly fullAt: Float64Array;
  /** The order in which sources were seen last, as a ring through entry 0. */
  readonly newer: Int32Array;
  readonly older: Int32Array;
}

export class Sources {
  /** To be filled by the caller of the other functions, but for its last word. */
  readonly key: Uint32Array = new Uint32Array(wordsOfKey);
  /** Where time begins here, in milliseconds since the epoch: fractions of a millisecond count, and need the room. */
  readonly epoch: number;
  readonly #most: number;
  readonly #randomize: Randomize;
  #arrays: Arrays | undefined;
  #used = 0;
  #limits = 0;

  constructor(randomize: Randomize, epoch: number, most: number = defaultMost) {
    this.#randomize = randomize;
    this.epoch = epoch;
    this.#most = most;
  }

  /** How many are remembered. */
  get size(): number {
    return this.#used;
  }

  /** A number for a limit; what is remembered for another is never its own. */
  newLimit(): number {
    this.#limits = (this.#limits + 1) >>> 0;
    return this.#limits;
  }

  /** When the bucket of {@link key} is full again; undefined when nothing is remembered. */
  recall(limit: number): number | undefined {
    if (this.#arrays === undefined) return undefined;
    this.key[keyWords] = limit;
    const entry = find(this.#arrays, this.key);
    if (entry === 0) return undefined;
    moveToFront(this.#arrays, entry);
    return this.#arrays.fullAt[entry];
  }

  /** Remembers when the bucket of {@link key} is full again. */
  remember(limit: number, fullAt: number, now: number): void {
    this.#arrays ??= this.#allocate();
    const arrays = this.#arrays;
    this.key[keyWords] = limit;
    const known = find(arrays, this.key);
    const entry = known === 0 ? this.#free(arrays, now) : known;
    arrays.fullAt[entry] = fullAt;
    if (known === 0) insert(arrays, entry, this.key);
    moveToFront(arrays, entry);
  }

  /** An entry without a key: that of the source that was silent longest, or one that was never used. */
  #free(arrays: Arrays, now: number): number {
    const oldest = arrays.newer[0] ?? 0;
    if (oldest !== 0 && (this.#used === this.#most || (arrays.fullAt[oldest] ?? 0) <= now)) {
      remove(arrays, oldest);
      return oldest;
    }
    return ++this.#used;
  }

  #allocate(): Arrays {
    const entries = this.#most + 1;
    return {
      hash: new Tabulation(wordsOfKey, this.#randomize),
      heads: new Int32Array(2 ** Math.ceil(Math.log2(this.#most))),
      chains: new Int32Array(entries),
      keys: new Uint32Array(entries * wordsOfKey),
      fullAt: new Float64Array(entries),
      newer: new Int32Array(entries),
      older: new Int32Array(entries),
    };
  }
}

function bucketOf({ hash, heads }: Arrays, key: Uint32Array): number {
  return hash.hash(key) & (heads.length - 1);
}

function find(arrays: Arrays, key: Uint32Array): number {
  const { chains, heads, keys } = arrays;
  let entry = heads[bucketOf(arrays, key)] ?? 0;
  while (entry !== 0 && !holds(keys, entry, key)) entry = chains[entry] ?? 0;
  return entry;
}

function holds(keys: Uint32Array, entry: number, key: Uint32Array): boolean {
  for (let word = 0, at = entry * wordsOfKey; word < wordsOfKey; word++, at++) if (keys[at] !== key[word]) return false;
  return true;
}

function insert(arrays: Arrays, entry: number, key: Uint32Array): void {
  const bucket = bucketOf(arrays, key);
  arrays.keys.set(key, entry * wordsOfKey);
  arrays.chains[entry] = arrays.heads[bucket] ?? 0;
  arrays.heads[bucket] = entry;
}

/** Takes an entry out of its chain; it keeps its place in the order. */
function remove(arrays: Arrays, entry: number): void {
  const { chains, heads, keys } = arrays;
  const bucket = bucketOf(arrays, keys.subarray(entry * wordsOfKey, (entry + 1) * wordsOfKey));
  const next = chains[entry] ?? 0;
  if (heads[bucket] === entry) {
    heads[bucket] = next;
    return;
  }
  let before = heads[bucket] ?? 0;
  while (chains[before] !== entry) before = chains[before] ?? 0;
  chains[before] = next;
}

/** Makes an entry the one that was seen last; `newer[0]` is the one that was silent longest. */
function moveToFront({ newer, older }: Arrays, entry: number): void {
  const after = newer[entry] ?? 0;
  const before = older[entry] ?? 0;
  // Both are 0 also of a new entry; the ring is untouched by it, or it stands there alone.
  if (after !== 0 || before !== 0) {
    newer[before] = after;
    older[after] = before;
  }
  const last = older[0] ?? 0;
  if (last !== entry) {
    newer[last] = entry;
    older[entry] = last;
  }
  newer[entry] = 0;
  older[0] = entry;
}
