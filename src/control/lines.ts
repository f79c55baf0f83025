/** Bytes to lines, each of bounded length. */

export class Lines {
  readonly #longest: number;
  #rest: Buffer = Buffer.alloc(0);

  /** @param longest bytes of a line without its newline */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /** @returns the lines that are complete now; undefined when one is too long, and nothing more can be made of the rest */
  add(bytes: Uint8Array): string[] | undefined {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const lines: string[] = [];
    for (let end = this.#rest.indexOf(0x0a); end !== -1; end = this.#rest.indexOf(0x0a)) {
      if (end > this.#longest) return undefined;
      lines.push(this.#rest.toString('utf8', 0, end));
      this.#rest = this.#rest.subarray(end + 1);
    }
    return this.#rest.length > this.#longest ? undefined : lines;
  }
}
