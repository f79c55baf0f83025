/**
 * The personality `xinetd`: xinetd's own command line, detaching unless told not to, its messages and its log
 * formats. Differences are in docs/compatibility.md; those of the command line are:
 *
 * - the foreground process ends when the services are open, with a status that says whether they are;
 * - an option that does not exist is named in a warning instead of being ignored in silence;
 * - `-dumpfile` names the state dump, which xinetd has at a fixed place;
 * - `-control` names the control socket of kinetd's commands, or says `none`;
 * - `-d` writes to stderr, not to /dev/tty, and works without a terminal.
 */
import { resolve } from 'node:path';

import { syslogFacilities } from '../model/mod.ts';
import { type OptionKind, type ParsedOptions, parseOptions, wholeNumber } from './options.ts';
import { type PersonalityRun, runPersonality } from './personality.ts';
import { version } from './version.ts';

export const xinetdOptions: Readonly<Record<string, OptionKind>> = {
  '-d': 'flag',
  '-f': 'value',
  '-filelog': 'value',
  '-syslog': 'value',
  '-pidfile': 'value',
  '-dontfork': 'flag',
  '-stayalive': 'flag',
  '-limit': 'value',
  '-logprocs': 'value',
  '-shutdownprocs': 'value',
  '-cc': 'value',
  '-dumpfile': 'value',
  '-control': 'value',
  '-version': 'flag',
  '-inetd_compat': 'flag',
  '-reuse': 'flag',
  '-loop': 'optional-number',
};

const usage =
  'usage: xinetd [-d] [-f config_file] [-filelog filename] [-syslog facility] [-pidfile filename] [-dontfork] ' +
  '[-stayalive] [-limit proc_limit] [-logprocs limit] [-cc interval] [-inetd_compat] [-reuse] [-loop [rate]] [-dumpfile filename] [-control place] [-version]\n' +
  'example: xinetd -f /etc/xinetd.conf -pidfile /run/xinetd.pid\n';

/** @returns the exit status */
export async function xinetd(words: readonly string[]): Promise<number> {
  const options = parseOptions(words, xinetdOptions, false);
  if (options.values.has('-version')) {
    process.stderr.write(`kinetd ${version()} as xinetd\n`);
    return 0;
  }
  const run = interpret(options);
  if (typeof run !== 'string') return runPersonality(run);
  process.stderr.write(`xinetd: ${run}\n${usage}`);
  return 1;
}

/** What the options ask for, or what is wrong with them. */
function interpret({ values, operands, unknown, incomplete }: ParsedOptions): PersonalityRun | string {
  if (incomplete !== undefined) return `${incomplete} needs a value`;
  if (operands[0] !== undefined) return `${operands[0]} is not an option`;
  const fileLog = values.get('-filelog');
  const syslog = values.get('-syslog');
  if (fileLog !== undefined && syslog !== undefined) return '-filelog and -syslog exclude each other';
  for (const name of ['-limit', '-logprocs', '-shutdownprocs', '-cc']) {
    const value = values.get(name);
    if (value !== undefined && wholeNumber(value, 0) === undefined) return `${name} needs a whole number, not ${value}`;
  }
  const warnings = unknown.map((word) => `${word} is not an option of xinetd and is ignored`);
  const facility = syslogFacilities.find((name) => name === (syslog ?? 'daemon').toLowerCase());
  if (facility === undefined) warnings.push(`Bad syslog facility: ${syslog}; daemon is used`);
  const debug = values.has('-d');
  const foreground = values.has('-dontfork') || debug;
  const limit = values.get('-limit');
  const interval = values.get('-cc');
  return {
    ident: 'xinetd',
    paths: [values.get('-f') ?? '/etc/xinetd.conf', ...(values.has('-inetd_compat') ? ['/etc/inetd.conf'] : [])],
    log: debug
      ? { kind: 'terminal' }
      : fileLog === undefined
        ? { kind: 'syslog', facility: facility ?? 'daemon' }
        : { kind: 'file', path: resolve(fileLog) },
    debug,
    detach: !foreground,
    stayAlive: foreground || values.has('-stayalive'),
    pidFile: debug ? undefined : values.get('-pidfile'),
    dumpFile: values.get('-dumpfile') ?? '/var/run/xinetd.dump',
    control: values.get('-control') ?? 'default',
    checkSeconds: interval === undefined ? undefined : wholeNumber(interval, 1),
    processLimit: limit === undefined ? undefined : wholeNumber(limit, 1),
    warnings,
    inetd: {},
  };
}
