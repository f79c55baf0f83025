/**
 * Text of a file on its way to the system. A file is read as bytes, one per character (source/file.ts); the
 * system takes strings and makes UTF-8 of them. Bytes that are no UTF-8 would change on that way, so whoever
 * wants to pass them on has to refuse.
 */
import type { AttributeName } from '../definition.ts';
import type { Findings } from './findings.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The string whose UTF-8 is these bytes; undefined when there is none. */
export function decodeBytes(bytes: string): string | undefined {
  // Nearly every word is ASCII, which stands for itself.
  if (/^[\0-\x7f]*$/.test(bytes)) return bytes;
  try {
    return decoder.decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
  } catch {
    return undefined;
  }
}

/** As {@link decodeBytes}, with a finding when there is no such string. */
export function systemText(bytes: string, attribute: AttributeName, findings: Findings): string | undefined {
  const text = decodeBytes(bytes);
  if (text === undefined) findings.add('not-utf8', attribute, `the value of ${attribute} is not valid UTF-8`);
  return text;
}
