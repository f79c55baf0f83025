/**
 * The languages whose scripts a fork server can have compiled and their modules loaded, by an adapter in the language
 * itself (native/forkserver/adapter). For each: which interpreters it has, which of its options leave a script the plain
 * script that the adapter can load, and where the adapter stands in the command line.
 */

export interface Language {
  readonly name: string;
  /** The last component of the interpreter's path. */
  readonly interpreter: RegExp;
  /** How many words the option takes, itself included; undefined: not one that the adapter can do with. */
  readonly option: (word: string) => 1 | 2 | undefined;
  /** The words that stand in front of the script. */
  readonly adapter: (folder: string) => readonly string[];
  /** An option whose second word is the script (php's -f). */
  readonly scriptOption?: string;
}

/** One word of these letters, or an option with a value of its own or in the next word. */
function options(plain: RegExp, valued: string): Language['option'] {
  return (word) => {
    if (plain.test(word)) return 1;
    if (!valued.includes(word.charAt(1)) || !/^-\w/.test(word)) return undefined;
    return word.length > 2 ? 1 : 2;
  };
}

export const languages: readonly Language[] = [
  {
    name: 'python3',
    interpreter: /^python3(\.\d+)?$/,
    option: options(/^-[bBdEIOPqsSuvR]+$/, 'WX'),
    adapter: (folder) => [`${folder}/python.py`],
  },
  {
    name: 'perl',
    interpreter: /^perl(5[\d.]*)?$/,
    option: options(/^-[nplwWXtTs]+$/, 'IMm'),
    adapter: (folder) => ['-I', folder, '-Mkinetd_forkserver'],
  },
  {
    name: 'ruby',
    interpreter: /^ruby(\d[\d.]*)?$/,
    option: (word) => (/^-(w|W.*|U)$|^--(disable|enable|encoding)[-=]/.test(word) ? 1 : options(/^$/, 'IrE')(word)),
    adapter: (folder) => ['-r', `${folder}/ruby.rb`],
  },
  {
    name: 'php',
    interpreter: /^php(\d[\d.]*)?$/,
    option: options(/^-q$/, 'dcf'),
    adapter: (folder) =>
      ['opcache.enable_cli=1', 'opcache.record_warnings=1', `auto_prepend_file=${folder}/php.php`].flatMap(
        (setting) => ['-d', setting],
      ),
    scriptOption: '-f',
  },
];

export interface Invocation {
  /** The interpreter's words with the adapter among them, argv[0] left out. */
  readonly words: readonly string[];
  /** As it stands in the words. */
  readonly script: string;
}

/**
 * @param words of the interpreter, argv[0] left out
 * @returns undefined when there is no script among them, or an option that the adapter cannot do with
 */
export function adapted(
  { option, adapter, scriptOption }: Language,
  words: readonly string[],
  folder: string,
): Invocation | undefined {
  let at = 0;
  for (;;) {
    const word = words[at];
    if (word === undefined || word === '-' || word === '--') return undefined;
    if (!word.startsWith('-')) break;
    const takes = option(word);
    if (takes === undefined || at + takes > words.length) return undefined;
    const named = takes === 2 ? words[at + 1] : word.slice(2);
    if (scriptOption !== undefined && word.startsWith(scriptOption) && named !== undefined)
      return { words: [...words.slice(0, at), ...adapter(folder), ...words.slice(at)], script: named };
    at += takes;
  }
  const script = words[at];
  if (script === undefined) return undefined;
  return { words: [...words.slice(0, at), ...adapter(folder), ...words.slice(at)], script };
}
