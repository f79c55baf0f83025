/**
 * The text of one configuration file, and the way from an offset in it to a line and a column.
 *
 * Bytes are taken as Latin-1: one UTF-16 unit is one byte, so no file can fail to decode and an offset is a
 * byte offset. Whoever shows such text to a person decodes it again (see diagnostic/); whoever hands it to
 * the system (a path, an argument) writes it back as Latin-1, and so passes the bytes on unchanged.
 */

export interface SourceFile {
  /** Absolute path, or what stands for one in messages. */
  readonly path: string;
  readonly text: string;
  /** Offset of the first character of each line; the first is 0. */
  readonly lineStarts: Uint32Array;
}

/** Both counted from 1; the column counts bytes. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Makes a SourceFile of text that is already there; `text` holds one byte per character. */
export function sourceFile(path: string, text: string): SourceFile {
  return { path, text, lineStarts: findLineStarts(text) };
}

/** Line and column of an offset; one past the end of the text is allowed. */
export function locate(file: SourceFile, offset: number): Position {
  let low = 0;
  let high = file.lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((file.lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (file.lineStarts[low] ?? 0) + 1 };
}

/** Start and end (without the line break) of the line that holds an offset. */
export function lineAround(file: SourceFile, offset: number): { readonly start: number; readonly end: number } {
  const { line } = locate(file, offset);
  const start = file.lineStarts[line - 1] ?? 0;
  const next = file.lineStarts[line];
  let end = next === undefined ? file.text.length : next - 1;
  while (end > start && file.text[end - 1] === '\r') end--;
  return { start, end };
}

function findLineStarts(text: string): Uint32Array {
  let count = 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
  const starts = new Uint32Array(count);
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts[line++] = at + 1;
  return starts;
}
