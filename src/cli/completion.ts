/** Completion scripts for shells, from a list of commands and their options. Pure text. */

export const shells = ['bash', 'zsh', 'fish'] as const;

export interface Completable {
  readonly name: string;
  readonly about: string;
  /** What may stand behind it, where that is a closed set. */
  readonly words: readonly string[];
  readonly options: readonly CompletableOption[];
  /** Behind `--` stands a program with its arguments. */
  readonly runsProgram: boolean;
}

export interface CompletableOption {
  /** `--json`, `-f`. */
  readonly names: readonly string[];
  readonly about: string;
  readonly takesValue: boolean;
  /** The values there are; none: any, and files are offered. */
  readonly values: readonly string[];
}

export function completionScript(shell: (typeof shells)[number], commands: readonly Completable[]): string {
  const scripts = { bash, zsh, fish };
  return scripts[shell](commands);
}

function bash(commands: readonly Completable[]): string {
  const cases = commands.map(({ name, words, options }) => {
    const own = [...options.flatMap(({ names }) => names), '--help', ...words].join(' ');
    return `    ${name}) COMPREPLY=($(compgen -W '${own}' -- "$word")) ;;`;
  });
  return `# bash completion for kinetd
_kinetd() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]}
  if [ "$COMP_CWORD" = 1 ]; then
    COMPREPLY=($(compgen -W '${commands.map(({ name }) => name).join(' ')} --help --version' -- "$word"))
    return
  fi
${programLines(commands)}  case "$command $before" in
${valueCases(commands).join('\n')}
  esac
  case $command in
${cases.join('\n')}
  esac
}
complete -F _kinetd kinetd
`;
}

function namesOfRunners(commands: readonly Completable[]): readonly string[] {
  return commands.filter(({ runsProgram }) => runsProgram).map(({ name }) => name);
}

/** Behind two dashes: commands and files. */
function programLines(commands: readonly Completable[]): string {
  const names = namesOfRunners(commands);
  if (names.length === 0) return '';
  return `  case "$command \${COMP_WORDS[*]:2:COMP_CWORD-2} " in
    ${names.map((name) => `"${name} "*"-- "*`).join('|')}) COMPREPLY=($(compgen -c -f -- "$word")); return ;;
  esac
`;
}

function valueCases(commands: readonly Completable[]): string[] {
  return commands.flatMap(({ name, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(({ names, values }) => {
        const patterns = names.map((option) => `'${name} ${option}'`).join('|');
        const words = values.length === 0 ? '-f' : `-W '${values.join(' ')}'`;
        return `    ${patterns}) COMPREPLY=($(compgen ${words} -- "$word")); return ;;`;
      }),
  );
}

function zsh(commands: readonly Completable[]): string {
  const list = commands.map(({ name, about }) => `    ${quoted(`${name}:${about}`)}`);
  const cases = commands.map(({ name, words, options }) => {
    const specs = options.flatMap(({ names, about, takesValue, values }) =>
      names.map((option) => {
        const value = takesValue ? `:value:${values.length === 0 ? '_files' : `(${values.join(' ')})`}` : '';
        return quoted(`*${option}[${about.replaceAll(/[[\]:\\]/g, '\\$&')}]${value}`);
      }),
    );
    const rest = words.length === 0 ? [] : [quoted(`1:word:(${words.join(' ')})`)];
    return `    ${name}) _arguments ${[...specs, ...rest, "'--help[help]'"].join(' ')} ;;`;
  });
  return `#compdef kinetd
_kinetd() {
  local -a known=(
${list.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command known
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  local dashes=\${words[(i)--]}
  if [[ $command == (${namesOfRunners(commands).join('|')}) ]] && (( dashes < CURRENT )); then
    shift $dashes words
    (( CURRENT -= dashes ))
    _normal
    return
  fi
  case $command in
${cases.join('\n')}
  esac
}
compdef _kinetd kinetd
`;
}

function fish(commands: readonly Completable[]): string {
  const lines = commands.flatMap(({ name, about, words, options, runsProgram }) => {
    const within = `complete -c kinetd -n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c kinetd -f -n __fish_use_subcommand -a ${name} -d ${fishQuoted(about)}`,
      ...options.map(({ names, about: what, takesValue, values }) => {
        const spelled = names.map((option) =>
          option.startsWith('--') ? `-l ${option.slice(2)}` : `-s ${option.slice(1)}`,
        );
        const value = takesValue ? ` -r${values.length === 0 ? '' : ` -f -a '${values.join(' ')}'`}` : '';
        return `${within} ${spelled.join(' ')}${value} -d ${fishQuoted(what)}`;
      }),
      ...(words.length === 0 ? [] : [`${within} -f -a '${words.join(' ')}'`]),
      ...(runsProgram
        ? [
            `complete -c kinetd -n '__fish_seen_subcommand_from ${name}; and contains -- -- (commandline -opc)' -a '(__fish_complete_command)'`,
          ]
        : []),
    ];
  });
  return `# fish completion for kinetd\n${lines.join('\n')}\n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function fishQuoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
}
