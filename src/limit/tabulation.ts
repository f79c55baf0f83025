/**
 * Simple tabulation hashing: a table of random numbers for each byte of a key, one of each looked up and all of them
 * put together by exclusive or. Who does not know the tables cannot choose keys that collide, whatever he may choose
 * (Pătraşcu and Thorup, The Power of Simple Tabulation Hashing); with a seeded multiplication he can.
 */

/** Fills all of an array with numbers that nobody can foresee. */
export type Randomize = (words: Uint32Array) => void;

const bytesOfWord = 4;
const valuesOfByte = 256;

export class Tabulation {
  readonly #tables: Uint32Array;
  readonly #words: number;

  /** @param words length of the keys */
  constructor(words: number, randomize: Randomize) {
    this.#words = words;
    this.#tables = new Uint32Array(words * bytesOfWord * valuesOfByte);
    randomize(this.#tables);
  }

  /** 32 bits, as a signed number. */
  hash(key: Uint32Array): number {
    let hash = 0;
    let table = 0;
    for (let at = 0; at < this.#words; at++) {
      const word = key[at] ?? 0;
      for (let shift = 0; shift < 32; shift += 8) {
        hash ^= this.#tables[table + ((word >>> shift) & 0xff)] ?? 0;
        table += valuesOfByte;
      }
    }
    return hash;
  }
}
