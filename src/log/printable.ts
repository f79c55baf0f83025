/**
 * Keeps a line one line: control characters are written as `\xNN`, so that no text that came from outside (a
 * file name, a client's answer) can forge a second line or steer a terminal.
 */

const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
const controls = new RegExp(control, 'g');

export function printable(text: string): string {
  if (!control.test(text)) return text;
  return text.replace(controls, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
