/**
 * The personality `inetd`: the command line of Debian's openbsd-inetd (`-d -E -i -l -q N -R N FILE`).
 * Options of the other inetds come with their dialects.
 */
import { defaultDumpFile } from './dump-file.ts';
import { type OptionKind, type ParsedOptions, parseOptions, wholeNumber } from './options.ts';
import { type PersonalityRun, runPersonality } from './personality.ts';

const table: Readonly<Record<string, OptionKind>> = {
  '-d': 'flag',
  '-E': 'flag',
  '-i': 'flag',
  '-l': 'flag',
  '-q': 'value',
  '-R': 'value',
};

const usage = 'usage: inetd [-dEil] [-q len] [-R rate] [configuration_file]\nexample: inetd -i /etc/inetd.conf\n';

/** Where Debian's inetd writes it. */
const pidFile = '/run/inetd.pid';
const leastBacklog = 10;

/** @returns the exit status */
export async function inetd(words: readonly string[]): Promise<number> {
  const run = interpret(parseOptions(words, table, true));
  if (typeof run !== 'string') return runPersonality(run);
  process.stderr.write(`inetd: ${run}\n${usage}`);
  return 1;
}

/** What the options ask for, or what is wrong with them. */
function interpret({ values, operands, unknown, incomplete }: ParsedOptions): PersonalityRun | string {
  if (incomplete !== undefined) return `${incomplete} needs a value`;
  if (unknown[0] !== undefined) return `${unknown[0]} is not an option`;
  if (operands.length > 1) return `one configuration file, not ${operands.length}`;
  const root = process.geteuid?.() === 0;
  if (!root && operands[0] === undefined) return 'an ordinary user has to name a configuration file';
  const backlog = values.get('-q');
  const rate = values.get('-R');
  for (const [name, value] of [
    ['-q', backlog],
    ['-R', rate],
  ] as const) {
    if (value !== undefined && wholeNumber(value, 0) === undefined) return `${name} needs a whole number, not ${value}`;
  }
  const debug = values.has('-d');
  const startsPerMinute = rate === undefined ? undefined : wholeNumber(rate, 0);
  const length = backlog === undefined ? undefined : wholeNumber(backlog, 0);
  return {
    ident: 'inetd',
    paths: [operands[0] ?? '/etc/inetd.conf'],
    log: debug ? { kind: 'terminal' } : { kind: 'syslog', facility: 'daemon' },
    debug,
    detach: !debug && !values.has('-i'),
    stayAlive: true,
    pidFile: root && !debug ? pidFile : undefined,
    dumpFile: defaultDumpFile(),
    checkSeconds: undefined,
    processLimit: undefined,
    warnings: [],
    inetd: {
      keepEnvironment: values.has('-E'),
      libwrap: values.has('-l'),
      ...(startsPerMinute === undefined ? {} : { startsPerMinute }),
      ...(length === undefined ? {} : { backlog: Math.max(length, leastBacklog) }),
    },
  };
}
