/**
 * A line whose program is tcpd(8), which asks hosts.allow and hosts.deny and then executes the program that its argv[0]
 * names: a whole path, or a name below Debian's REAL_DAEMON_DIR. The daemon of the rules is argv[0], without its folder
 * if it is a whole path.
 *
 * kinetd asks the rules itself, so the line is read as one of that program, whether tcpd is there or not.
 */
import type { Word } from './words.ts';

/** Where tcpd looks for a program without a path; `/usr/libexec` on a BSD, whose programs are not here. */
const daemonFolder = '/usr/sbin';

export interface Wrapped {
  readonly program: Word;
  /** From argv[0] on, which is what the rules call the daemon. */
  readonly args: readonly [Word, ...Word[]];
}

export function isTcpd(program: string): boolean {
  return /^(?:.*\/)?tcpd$/.test(program);
}

/** @returns undefined when no program is named, or tcpd itself, which would go round in a circle */
export function behindTcpd(args: readonly Word[]): Wrapped | undefined {
  const [named, ...rest] = args;
  if (named === undefined || named.text === '' || isTcpd(named.text)) return undefined;
  const absolute = named.text.startsWith('/');
  const program = absolute ? named.text : `${daemonFolder}/${named.text}`;
  const argv0 = absolute ? named.text.slice(named.text.lastIndexOf('/') + 1) : named.text;
  return { program: { ...named, text: program }, args: [{ ...named, text: argv0 }, ...rest] };
}

/** The word that tcpd is to be given for a program and its argv[0]. */
export function tcpdArgument(program: string, argv0: string | undefined): string {
  return argv0 !== undefined && program === `${daemonFolder}/${argv0}` ? argv0 : program;
}
