/**
 * What the inetds disagree about, as a table: one row of rules for each dialect, and the words in which messages
 * speak of it. Everything else in this folder asks the table and knows no dialect by name, except NetBSD's second
 * form of an entry and the spellings of foreign.ts.
 *
 * The facts are the programs' own, read in their sources or seen by running them; docs/inetd.md is the same table
 * for people.
 */
import type { InetdDialect, SocketFamilies } from '../definition.ts';

export interface Rules {
  readonly dialect: InetdDialect;
  /** As in "FreeBSD's inetd". */
  readonly whose: string;
  /** How an entry goes on below its line. */
  readonly continuation: 'blank' | 'backslash' | 'none';
  /** Where a `#` begins a comment: in the first column alone, or wherever it stands. */
  readonly comments: 'line' | 'anywhere';
  /** What quotes do: nothing; hold a word together that begins with one; anywhere, as in a shell; whole words. */
  readonly quotes: 'none' | 'leading' | 'shell' | 'whole';
  /** Every word that may stand as protocol, `rpc/` apart. */
  readonly protocols: ReadonlyMap<string, SocketFamilies | 'unix'>;
  readonly rpc: boolean;
  readonly tcpmux: boolean;
  /** How many addresses may stand before the service. */
  readonly addresses: 'none' | 'one' | 'several';
  /** What follows the wait word: `.N` starts a minute, or FreeBSD's three numbers after slashes. */
  readonly wait: 'rate' | 'slashes';
  /** `.0` is no limit instead of a mistake. */
  readonly zeroIsUnlimited: boolean;
  /** `user.group` is a user and a group; otherwise it is a user. */
  readonly dottedGroup: boolean;
  /** argv[0] where the line gives none: the last component of the program, or its whole path. */
  readonly argv0: 'name' | 'path';
  /** Programs without a slash are looked for in PATH. */
  readonly searchesPath: boolean;
  /** Words after the program that the inetd itself keeps. */
  readonly wordsKept: number | undefined;
  /** Starts a minute of a line that says nothing about it; 0 is no bound. */
  readonly startsPerMinute: number;
  /**
   * A group given to a service of root: ignored; set, with root's groups beside it, with none, or with those that
   * the daemon happens to have.
   */
  readonly groupOfRoot: 'ignored' | 'with-groups' | 'alone' | 'with-the-daemons';
  /** hosts.allow and hosts.deny are asked for programs that get a connection, whatever the command line says. */
  readonly asksHosts: boolean;
}

const both = 'inet-and-inet6';

function protocols(
  bare: SocketFamilies,
  inet6: SocketFamilies,
  more: Readonly<Record<string, SocketFamilies>>,
  unix: boolean,
): Rules['protocols'] {
  const words = new Map<string, SocketFamilies | 'unix'>();
  for (const protocol of ['tcp', 'udp']) {
    words.set(protocol, bare).set(`${protocol}4`, 'inet').set(`${protocol}6`, inet6);
    for (const [suffix, families] of Object.entries(more)) words.set(`${protocol}${suffix}`, families);
  }
  return unix ? words.set('unix', 'unix') : words;
}

const common = {
  continuation: 'blank',
  comments: 'line',
  quotes: 'none',
  rpc: true,
  tcpmux: false,
  addresses: 'several',
  wait: 'rate',
  zeroIsUnlimited: false,
  dottedGroup: true,
  argv0: 'name',
  searchesPath: false,
  wordsKept: 20,
  startsPerMinute: 256,
  groupOfRoot: 'ignored',
  asksHosts: false,
} as const;

/** In the order in which a dialect is preferred where the text leaves a choice. */
const table: Readonly<Record<InetdDialect, Rules>> = {
  debian: {
    ...common,
    dialect: 'debian',
    whose: "Debian's",
    protocols: protocols(both, 'inet6', { 46: 'dual' }, true),
  },
  freebsd: {
    ...common,
    dialect: 'freebsd',
    whose: "FreeBSD's",
    quotes: 'leading',
    protocols: protocols('inet', 'inet6', { 46: 'dual' }, true),
    tcpmux: true,
    addresses: 'none',
    wait: 'slashes',
    dottedGroup: false,
    groupOfRoot: 'with-groups',
  },
  netbsd: {
    ...common,
    dialect: 'netbsd',
    whose: "NetBSD's",
    quotes: 'shell',
    protocols: protocols('inet', 'inet6', {}, true),
    tcpmux: true,
    addresses: 'one',
    wordsKept: 64,
    startsPerMinute: 40,
    groupOfRoot: 'with-the-daemons',
    asksHosts: true,
  },
  openbsd: {
    ...common,
    dialect: 'openbsd',
    whose: "OpenBSD's",
    protocols: protocols('inet', 'inet6', {}, true),
  },
  gnu: {
    ...common,
    dialect: 'gnu',
    whose: "GNU inetutils'",
    continuation: 'none',
    quotes: 'whole',
    protocols: protocols('inet', 'inet6-and-inet', { '6only': 'inet6' }, false),
    rpc: false,
    tcpmux: true,
    zeroIsUnlimited: true,
    wordsKept: undefined,
    // What the program has; its manual says 40.
    startsPerMinute: 1000,
  },
  busybox: {
    ...common,
    dialect: 'busybox',
    whose: "BusyBox's",
    continuation: 'backslash',
    comments: 'anywhere',
    protocols: protocols('inet', 'inet6-and-inet', {}, true),
    zeroIsUnlimited: true,
    argv0: 'path',
    searchesPath: true,
    startsPerMinute: 0,
    groupOfRoot: 'alone',
  },
};

export function rulesOf(dialect: InetdDialect): Rules {
  return table[dialect];
}

export const allRules: readonly Rules[] = Object.values(table);

/** `Debian's`, `Debian's and GNU inetutils'`, `Debian's, OpenBSD's and BusyBox's`. */
export function namesOf(rules: readonly Rules[]): string {
  const names = rules.map(({ whose }) => whose);
  const last = names.pop() ?? '';
  return names.length === 0 ? last : `${names.join(', ')} and ${last}`;
}

/** How to say in which dialect a file is written. */
export function dialectHelp(dialect: InetdDialect | 'NAME'): string {
  return `write '# kinetd: dialect ${dialect}' above the first entry, or give --dialect ${dialect}`;
}
