/**
 * Keeps a line one line: control characters are written as `\xNN`, so that no text that came from outside (a
 * file name, a client's answer) can forge a second line or steer a terminal.
 */

const control = /[\u0000-\u001f\u007f-\u009f]/g;

export function printable(text: string): string {
  return text.replace(control, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
