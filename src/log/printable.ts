/**
 * Keeps a line one line: control characters, line separators and changes of direction are written as
 * `\xNN`, so that no text that came from outside (a file name, a client's answer) can forge a second line or steer a
 * terminal.
 */

const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const allUnprintable = new RegExp(unprintable, 'gu');

export function printable(text: string): string {
  if (!unprintable.test(text)) return text;
  return text.replace(allUnprintable, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
