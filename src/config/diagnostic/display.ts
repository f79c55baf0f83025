/**
 * Text of a configuration file made fit to be shown. A file is read as bytes (see source/file.ts) and may
 * hold anything: valid UTF-8 is shown as the characters it spells, and whatever could change what a terminal
 * shows (control characters, escape sequences, direction overrides, broken UTF-8) as a visible escape.
 */

/** One thing shown: a character or an escape, and the bytes it stands for. */
export interface Glyph {
  readonly shown: string;
  readonly bytes: number;
}

/** Splits byte text into glyphs; tabs stay tabs. Linear. */
export function glyphs(text: string): Glyph[] {
  const found: Glyph[] = [];
  for (let at = 0; at < text.length; ) {
    const glyph = glyphAt(text, at);
    found.push(glyph);
    at += glyph.bytes;
  }
  return found;
}

/** Byte text as one line of harmless text; a message or a path may come with characters beyond Latin-1. */
export function visible(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  const bytes = /[^\0-\xff]/.test(text) ? escapeWide(text) : text;
  return glyphs(bytes)
    .map((glyph) => (glyph.shown === '\t' ? '\\t' : glyph.shown))
    .join('');
}

function glyphAt(text: string, at: number): Glyph {
  const first = text.charCodeAt(at);
  if (first === 9 || (first >= 0x20 && first < 0x7f)) return { shown: text.charAt(at), bytes: 1 };
  if (first < 0x80) return { shown: escapeByte(first), bytes: 1 };
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  const decoded = first >= 0xc2 && first <= 0xf4 ? decode(text.slice(at, at + length)) : undefined;
  return decoded === undefined ? { shown: escapeByte(first), bytes: 1 } : { shown: harmless(decoded), bytes: length };
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(bytes: string): string | undefined {
  try {
    return utf8.decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
  } catch {
    return undefined;
  }
}

/** Control (Cc), format (Cf: direction overrides among them), separators and unassigned characters. */
function harmless(character: string): string {
  if (!/[\p{C}\p{Zl}\p{Zp}]/u.test(character)) return character;
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

function escapeByte(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}

/** Text that is not byte text after all (a path from the command line) becomes byte text. */
function escapeWide(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
}
