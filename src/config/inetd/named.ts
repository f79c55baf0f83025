/**
 * NetBSD's second form of an entry, cut into keys and values: after `service on` or `service off` come
 * `key = value …`, apart by commas, to a `;`. Values are apart by blanks, lines do not matter, a `#` begins a comment,
 * and what stands in quotes, in a value or a part of it, has the escapes `\\ \n \t \r \' \" \xHH`.
 *
 * Nothing here can fail. What breaks the syntax is told once; the entry then ends at its `;`, or before a line that
 * begins another one, so that a forgotten `;` loses nothing else. (NetBSD's inetd leaves the file at that point.)
 */
import type { SourceFile, Span } from '../source/mod.ts';
import type { Word } from './words.ts';

export interface Property {
  readonly key: Word;
  readonly values: readonly Word[];
}

export interface NamedBody {
  readonly properties: readonly Property[];
  /** What is wrong with the syntax; the properties before it are there. */
  readonly problem: { readonly span: Span; readonly message: string; readonly help: string } | undefined;
  /** Past the `;`. */
  readonly end: number;
}

export function isNamedForm(word: string): boolean {
  return word === 'on' || word === 'off';
}

/** What ends a list of values, or breaks the syntax. */
type Stop = ',' | ';' | 'end' | 'broken';

/** @param start where the properties begin */
export function cutNamed(file: SourceFile, start: number): NamedBody {
  const properties: Property[] = [];
  /** To point at where the text ends too soon. */
  let last: Word = wordOf(file, '', start - 1, start);
  let at = start;
  for (;;) {
    const from = skip(file.text, at);
    key.lastIndex = from;
    const name = key.exec(file.text)?.[0] ?? '';
    if (name === '') return broken(file, properties, "a key, such as 'protocol', is missing", from, last);
    const word = wordOf(file, name, from, from + name.length);
    last = word;
    const equals = skip(file.text, from + name.length);
    if (file.text[equals] !== '=') return broken(file, properties, `'=' is missing behind '${name}'`, equals, last);
    const list = valuesAt(file, equals + 1);
    properties.push({ key: word, values: list.values });
    last = list.values.at(-1) ?? wordOf(file, '=', equals, equals + 1);
    at = list.end;
    if (list.stop === ';') return { properties, problem: undefined, end: at };
    if (list.stop === 'end') return broken(file, properties, "the entry is not ended by a ';'", at, last);
    if (list.stop === 'broken') {
      const message = 'this string is not closed on its line, or has an escape that does not exist';
      const help = 'close it; the escapes are \\\\ \\n \\t \\r \\\' \\" \\xHH';
      const span = { file, start: list.end, end: list.end + 1 };
      return { properties, problem: { span, message, help }, end: recover(file, lineEnd(file.text, list.end)) };
    }
  }
}

function broken(file: SourceFile, properties: readonly Property[], message: string, at: number, last: Word): NamedBody {
  const span = isEnd(file.text, at) ? last.span : { file, start: at, end: at + 1 };
  const help = "write key = value, apart by commas, and ';' at the end";
  return { properties, problem: { span, message, help }, end: recover(file, at) };
}

/** Where the entry with a broken syntax ends: past the next `;`, or before a line that begins another entry. */
function recover(file: SourceFile, start: number): number {
  for (let at = start; !isEnd(file.text, at); at++)
    if (file.text[at] === ';') return at + 1;
    else if (file.text[at] === '#') at = lineEnd(file.text, at) - 1;
  return endFrom(file.text, start);
}

function valuesAt(
  file: SourceFile,
  start: number,
): { readonly values: readonly Word[]; readonly stop: Stop; readonly end: number } {
  const { text } = file;
  const values: Word[] = [];
  for (let at = skip(text, start); ; at = skip(text, at)) {
    if (isEnd(text, at)) return { values, stop: 'end', end: at };
    const character = text[at];
    if (character === ',' || character === ';') return { values, stop: character, end: at + 1 };
    let value = '';
    const from = at;
    while (at < text.length && !/[ \t\r\n#,;]/.test(text[at] ?? '')) {
      if (text[at] !== '"' && text[at] !== "'") {
        value += text[at++];
        continue;
      }
      const quoted = quotedAt(text, at);
      if (quoted === undefined) return { values, stop: 'broken', end: at };
      value += quoted.text;
      at = quoted.end;
    }
    values.push(wordOf(file, value, from, at));
  }
}

const key = /[A-Za-z_]*/y;

/** A line that can only be the beginning of an entry. */
const beginning = /^(?:\S+[ \t]+(?:on|off|stream|dgram|raw|rdm|seqpacket)(?![^\s,:])|\.[a-z]+[ \t])/;

/** Past blanks, ends of lines and comments; stops before a line that begins another entry. */
function skip(text: string, start: number): number {
  let at = start;
  while (!isEnd(text, at)) {
    const character = text[at] ?? '';
    if (character === '#') at = lineEnd(text, at);
    else if (/[ \t\r\n]/.test(character)) at++;
    else break;
  }
  return at;
}

/** Whether an entry must end here: the text does, or the next line begins another entry. */
function isEnd(text: string, at: number): boolean {
  return at >= text.length || (text[at] === '\n' && beginning.test(text.slice(at + 1, at + 200)));
}

function endFrom(text: string, start: number): number {
  let at = start;
  while (!isEnd(text, at)) at++;
  return Math.min(at, text.length);
}

function lineEnd(text: string, at: number): number {
  const newline = text.indexOf('\n', at);
  return newline === -1 ? text.length : newline;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"' };

/** What stands between two quotes; undefined when it is not closed on its line or has an unknown escape. */
function quotedAt(text: string, start: number): { readonly text: string; readonly end: number } | undefined {
  const quote = text[start];
  let value = '';
  let at = start + 1;
  for (; at < text.length && text[at] !== quote && text[at] !== '\n'; at++) {
    if (text[at] !== '\\') {
      value += text[at];
      continue;
    }
    const hex = /^\\x([0-9a-fA-F]{2})/.exec(text.slice(at, at + 4))?.[1];
    const character = hex === undefined ? escapes[text[at + 1] ?? ''] : String.fromCharCode(Number.parseInt(hex, 16));
    // A word that holds NUL can be handed to nobody.
    if (character === undefined || character === '\0') return undefined;
    value += character;
    at += hex === undefined ? 1 : 3;
  }
  return text[at] === quote ? { text: value, end: at + 1 } : undefined;
}

function wordOf(file: SourceFile, text: string, start: number, end: number): Word {
  return { text, span: { file, start, end } };
}
