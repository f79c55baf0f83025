/** Texts as files have them: bytes, one a character. */

/** As a text has it whose bytes are characters. */
export function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Lines with their ends. */
export function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}
