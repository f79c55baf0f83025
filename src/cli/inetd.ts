/**
 * The personality `inetd`: the command lines of Debian's openbsd-inetd (`-d -E -i -l -q N -R N FILE`), of FreeBSD's
 * (`-d -l -w -W -c N -C N -s N -R N -a ADDRESS -p FILE FILE`) and of GNU inetutils' (see inetd-words.ts), and the few
 * of NetBSD's and BusyBox's that these have not (`-f`, `-e`).
 *
 * They clash in `-l`: it is Debian's (hosts.allow and hosts.deny are asked) unless an option that only FreeBSD has is
 * there, whose `-l` logs connections. What was followed is said in a warning.
 */
import { existsSync } from 'node:fs';

import { inetdDialects } from '../config/mod.ts';
import type { InetdOptions } from './configuration.ts';
import { defaultDumpFile } from './dump-file.ts';
import { type LongOptions, longOptions } from './inetd-words.ts';
import { type OptionKind, type ParsedOptions, parseOptions, wholeNumber } from './options.ts';
import { type PersonalityRun, runPersonality } from './personality.ts';
import { version } from './version.ts';

const table: Readonly<Record<string, OptionKind>> = {
  '-d': 'flag',
  '-E': 'flag',
  '-e': 'flag',
  '-f': 'flag',
  '-i': 'flag',
  '-l': 'flag',
  '-q': 'value',
  '-R': 'value',
  '-w': 'flag',
  '-W': 'flag',
  '-c': 'value',
  '-C': 'value',
  '-s': 'value',
  '-a': 'value',
  '-p': 'value',
};

const usage = `usage: inetd [-dEil] [-q length] [-R rate] [--dialect name] [--control place] [configuration_file]
       inetd [-dlwW] [-c servers] [-C rate] [-s servers] [-R rate] [-a address] [-p pid_file] [configuration_file]
       inetd [-dfe] [-q length] [-R rate] [configuration_file]
       inetd [--debug] [--environment] [--resolve] [--pidfile[=file]] [--rate=rate] [configuration_file | folder]...
example: inetd -i /etc/inetd.conf
`;

/** Where Debian's inetd writes it. */
const pidFile = '/run/inetd.pid';
const leastBacklog = 10;

const freebsdAlone = ['-w', '-W', '-c', '-C', '-s', '-a'] as const;
const debianAlone = ['-E', '-i', '-q'] as const;

/** @returns the exit status */
export async function inetd(words: readonly string[]): Promise<number> {
  const long = longOptions(words);
  if (long.help || long.version) {
    process.stdout.write(long.help ? usage : `kinetd ${version()} as inetd\n`);
    return 0;
  }
  const run = long.problem ?? interpret(parseOptions(long.short, table, true), long);
  if (typeof run !== 'string') return runPersonality(run);
  process.stderr.write(`inetd: ${run}\n${usage}`);
  return 1;
}

/** What the options ask for, or what is wrong with them. */
function interpret(options: ParsedOptions, long: LongOptions): PersonalityRun | string {
  const { values, operands, unknown, incomplete } = options;
  if (incomplete !== undefined) return `${incomplete} needs a value`;
  if (unknown[0] !== undefined) return `${unknown[0]} is not an option`;
  // Only GNU's inetd reads several; to the others a second word is a mistake.
  if (operands.length > 1 && !operands.every((path) => existsSync(path))) {
    return `one configuration file, not ${operands.length}`;
  }
  const root = process.geteuid?.() === 0;
  if (!root && operands[0] === undefined) return 'an ordinary user has to name a configuration file';
  for (const name of ['-q', '-R', '-c', '-C', '-s']) {
    const value = values.get(name);
    if (value !== undefined && wholeNumber(value, 0) === undefined) return `${name} needs a whole number, not ${value}`;
  }
  const dialect = inetdDialects.find((name) => name === long.dialect);
  if (long.dialect !== undefined && dialect === undefined) {
    return `there is no dialect ${long.dialect}; the names are ${inetdDialects.join(', ')}`;
  }
  const debug = values.has('-d');
  const foreground = debug || values.has('-i') || values.has('-f');
  const freebsd = freebsdAlone.filter((name) => values.has(name));
  return {
    ident: 'inetd',
    paths: operands.length > 0 ? operands : ['/etc/inetd.conf'],
    log: debug || (foreground && values.has('-e')) ? { kind: 'terminal' } : { kind: 'syslog', facility: 'daemon' },
    debug,
    detach: !foreground,
    stayAlive: true,
    pidFile: long.noPidFile ? undefined : (values.get('-p') ?? (root && !debug ? pidFile : undefined)),
    dumpFile: defaultDumpFile(),
    checkSeconds: undefined,
    control: long.control ?? 'default',
    processLimit: undefined,
    warnings: remarks(options, freebsd),
    inetd: {
      ...serviceOptions(options, freebsd.length > 0),
      resolveNames: long.resolve,
      ...(dialect === undefined ? {} : { dialect }),
    },
  };
}

/** What is said about options that do not mean the same thing to all inetds. */
function remarks({ values }: ParsedOptions, freebsd: readonly string[]): readonly string[] {
  const found: string[] = [];
  const because = freebsd.join(' and ');
  if (values.has('-l')) {
    found.push(
      freebsd.length > 0
        ? `-l logs connections, as with FreeBSD's inetd, because of ${because}; with Debian's it asks hosts.allow and hosts.deny`
        : "-l asks hosts.allow and hosts.deny, as with Debian's inetd; with FreeBSD's it logs connections",
    );
  }
  const debian = debianAlone.filter((name) => values.has(name)).join(' and ');
  if (debian !== '' && freebsd.length > 0) {
    found.push(`${debian} of Debian's inetd and ${because} of FreeBSD's are both followed`);
  }
  return found;
}

function serviceOptions({ values }: ParsedOptions, freebsd: boolean): InetdOptions {
  const number = (name: string): number | undefined => wholeNumber(values.get(name) ?? '', 0);
  const limit = (name: string): number | undefined => number(name) || undefined;
  const [rate, length, address] = [number('-R'), number('-q'), values.get('-a')];
  return {
    keepEnvironment: values.has('-E'),
    libwrap: values.has('-w') ? 'freebsd' : values.has('-l') && !freebsd ? 'debian' : undefined,
    libwrapInternal: values.has('-W'),
    logConnections: values.has('-l') && freebsd,
    instances: limit('-c'),
    startsPerMinutePerSource: limit('-C'),
    perSource: limit('-s'),
    ...(rate === undefined ? {} : { startsPerMinute: rate }),
    ...(length === undefined ? {} : { backlog: Math.max(length, leastBacklog) }),
    ...(address === undefined ? {} : { addresses: [address] }),
  };
}
