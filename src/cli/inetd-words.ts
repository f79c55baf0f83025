/**
 * GNU inetutils' long options, turned into the short ones that all inetds have or taken out: `--debug`,
 * `--environment`, `--resolve`, `--pidfile[=FILE]`, `--rate=N`, `--help`, `--version`, and kinetd's own `--dialect NAME` and
 * `--control PLACE`.
 */

export interface LongOptions {
  /** The words with long options in their short form, or taken out. */
  readonly short: readonly string[];
  readonly help: boolean;
  readonly version: boolean;
  readonly resolve: boolean;
  /** `--pidfile` without a file. */
  readonly noPidFile: boolean;
  readonly dialect: string | undefined;
  /** Where the control socket is to be. */
  readonly control: string | undefined;
  /** What is wrong with the words. */
  readonly problem: string | undefined;
}

const plain: ReadonlySet<string> = new Set(['debug', 'environment', 'resolve', 'help', 'version', 'pidfile']);
const withValue: ReadonlySet<string> = new Set(['rate', 'dialect', 'control']);

/** Words behind `--` are left as they are. */
export function longOptions(words: readonly string[]): LongOptions {
  const short: string[] = [];
  const found = new Map<string, string | undefined>();
  let problem: string | undefined;
  const queue = [...words];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (word === '--') {
      short.push(word, ...queue);
      break;
    }
    const [, name, value] = /^--([a-z]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === undefined) {
      short.push(word);
    } else if (plain.has(name)) {
      found.set(name, value);
      if (name === 'debug') short.push('-d');
      if (name === 'pidfile' && value !== undefined) short.push('-p', value);
    } else if (withValue.has(name)) {
      const given = value ?? queue.shift();
      if (given === undefined) problem = `--${name} needs a value`;
      else if (name === 'rate') short.push('-R', given);
      else found.set(name, given);
    } else {
      problem = `${word} is not an option`;
    }
  }
  return {
    short,
    help: found.has('help'),
    version: found.has('version'),
    resolve: found.has('resolve'),
    noPidFile: found.has('pidfile') && found.get('pidfile') === undefined,
    dialect: found.get('dialect'),
    control: found.get('control'),
    problem,
  };
}
