/**
 * An object as a line of JSON that needs nothing more: whatever a terminal or a reader of lines could take for something
 * else (control characters, line separators, changes of direction) is escaped, so that no text from outside can forge a
 * second line. Strings that stand for bytes, one character each, are told by these characters.
 */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

export function jsonLine(value: object): string {
  return JSON.stringify(value).replace(unprintable, escapeUnits);
}

function escapeUnits(character: string): string {
  return Array.from({ length: character.length }, (_, at) => {
    return `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
  }).join('');
}
