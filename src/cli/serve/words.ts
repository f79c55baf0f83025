/**
 * From what was typed to a service in words that mean the same everywhere: paths made absolute, the program found, and
 * said aloud what goes without saying on a shell: who runs it, where, with which umask, and that its stderr is not for
 * the client. Pure; what the shell knows comes in.
 */
import { posix } from 'node:path';

import {
  type AttributeName,
  type CommandLine,
  diagnose,
  type Problem,
  quoted,
  type SpokenAttribute,
} from '../../config/mod.ts';
import { isSpoken, optionName } from './options.ts';

export interface Typed {
  /** At least one. */
  readonly addresses: readonly string[];
  readonly attributes: ReadonlyMap<AttributeName, readonly string[]>;
  /** A line for the shell, or the words of a program. */
  readonly program: { readonly shell: string } | { readonly words: readonly [string, ...string[]] };
}

export interface Surroundings {
  readonly user: string;
  readonly directory: string;
  readonly umask: number;
  /** The absolute path of a program; undefined: there is none. */
  readonly find: (word: string) => string | undefined;
}

/** The terminal's, which a log of the service's own has to be told. */
const logged: readonly (readonly [AttributeName, readonly string[]])[] = [
  ['log_on_success', ['PID', 'HOST', 'EXIT', 'DURATION']],
  ['log_on_failure', ['HOST']],
];

const paths: readonly AttributeName[] = ['banner', 'banner_success', 'banner_fail', 'chroot', 'working_directory'];

export function commandLineOf(
  { addresses, attributes, program }: Typed,
  { user, directory, umask, find }: Surroundings,
): { readonly line: CommandLine; readonly problems: readonly Problem[] } {
  const said = new Said();
  const problems: Problem[] = [];
  const values = new Map([...attributes].map(([name, words]) => [name, placed(name, words, directory)] as const));
  const imply = (attribute: AttributeName, words: readonly string[]): void => {
    if (!values.has(attribute)) said.imply(attribute, words);
  };

  said.say(
    'listen',
    addresses.map((address) => addressOf(address, directory)),
  );
  imply('wait', ['no']);
  imply('user', [user]);
  if (!values.has('chroot')) imply('working_directory', [directory]);
  // What a service has without saying takes 022 from the daemon's.
  if ((umask & 0o022) !== 0o022) imply('umask', [umask.toString(8).padStart(3, '0')]);
  imply('stderr', ['log']);
  // A service that says nothing closes its port for ten seconds after 50 clients in one, as under xinetd.
  imply('cps', ['0', '0']);
  if (values.has('log_type')) for (const [name, words] of logged) imply(name, words);
  for (const [name, words] of values) said.say(name, words, `--${isSpoken(name) ? optionName(name) : name} `);

  if ('shell' in program) {
    const shell = quoted(bytes(program.shell));
    said.command(['/bin/sh', '-c', shell], `--shell ${shell}`);
    return { line: said.line('sh'), problems };
  }
  const [word, ...args] = program.words;
  const path = values.has('chroot') ? word : find(word);
  const typed = `-- ${program.words.map((each) => quoted(bytes(each))).join(' ')}`;
  const at = said.command(path === undefined ? [] : [path, ...args].map((each) => quoted(bytes(each))), typed);
  if (path === undefined) {
    problems.push((file) =>
      diagnose('server-missing', { file, ...at }, `there is no program ${bytes(word)} in the folders of PATH`, {
        help: `install it, or write ./${bytes(word)} for a program that is here`,
      }),
    );
  }
  return { line: said.line(word.slice(word.lastIndexOf('/') + 1)), problems };
}

/** The command line, written anew word by word, so that it is known where each stands. */
class Said {
  #text = 'kinetd serve';
  readonly #attributes: SpokenAttribute[] = [];

  /** @param option with a blank behind it, where one stands before the values */
  say(attribute: AttributeName, words: readonly string[], option = ''): void {
    const values = words.map(bytes);
    const shown = option === '' ? values.join(' ') : quoted(values.join(' '));
    const at = this.#write(`${option}${shown}`);
    const quotation = /^['"]/.test(shown) ? 1 : 0;
    this.#attributes.push({ attribute, values, at: { ...at, values: at.start + option.length + quotation } });
  }

  /** What is not on the command line. */
  imply(attribute: AttributeName, words: readonly string[]): void {
    this.#attributes.push({ attribute, values: words.map(bytes), at: undefined });
  }

  /**
   * The end of it.
   * @param values as bytes, quoted; none: there is no program
   * @param typed what stands for them on the command line
   */
  command(values: readonly string[], typed: string): { readonly start: number; readonly end: number } {
    const at = this.#write(typed);
    if (values.length > 0) this.#attributes.push({ attribute: 'command', values, at: { ...at, values: at.start } });
    return at;
  }

  /** @param program whose name the service has */
  line(program: string): CommandLine {
    return {
      text: this.#text,
      name: bytes(program).replaceAll(/[^\w.+@\x80-\xff-]/g, '_'),
      attributes: this.#attributes,
    };
  }

  #write(words: string): { readonly start: number; readonly end: number } {
    const start = this.#text.length + 1;
    this.#text += ` ${words}`;
    return { start, end: this.#text.length };
  }
}

/** A word of `listen`: a number alone is a port of TCP, and the path of a Unix socket may begin here. */
function addressOf(typed: string, directory: string): string {
  if (/^\d+(-\d+)?$/.test(typed)) return `tcp:${typed}`;
  const [, path] = /^unix:(.+)$/i.exec(typed) ?? [];
  return path === undefined ? typed : `unix:${posix.resolve(directory, path)}`;
}

/** Paths that begin here, made absolute. */
function placed(attribute: AttributeName, words: readonly string[], directory: string): readonly string[] {
  const [first = '', second, ...rest] = words;
  if (paths.includes(attribute)) return [posix.resolve(directory, first)];
  if (attribute === 'log_type' && second !== undefined && /^file$/i.test(first)) {
    return [first, posix.resolve(directory, second), ...rest];
  }
  return words;
}

/** As a file has it, see config/source/file.ts. */
function bytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
