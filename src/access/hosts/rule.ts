/**
 * The rules of hosts.allow and hosts.deny as values. A rule that could not be understood, or that asks for something
 * that kinetd does not do, is here too: it refuses every client whom it might be about.
 */
import type { Network, SyslogLevel } from '../../model/mod.ts';

/** `a b EXCEPT c d EXCEPT e`: what the first part matches, unless the rest does. */
export interface PatternList<Pattern> {
  readonly items: readonly Pattern[];
  readonly except: PatternList<Pattern> | undefined;
}

/** A pattern for a text: the name of a daemon, or the name of a host. In lower case. */
export type TextPattern =
  | { readonly kind: 'exact' | 'suffix' | 'prefix'; readonly text: string }
  /** `*` and `?`. */
  | { readonly kind: 'wildcards'; readonly text: string };

export type HostPattern =
  | { readonly kind: 'ALL' | 'KNOWN' | 'UNKNOWN' | 'LOCAL' | 'PARANOID' }
  | { readonly kind: 'network'; readonly network: Network }
  /** Compared with the address as it is written. */
  | { readonly kind: 'address'; readonly text: TextPattern }
  | { readonly kind: 'name'; readonly text: TextPattern };

export interface DaemonPattern {
  /** undefined: every daemon. */
  readonly name: TextPattern | undefined;
  /** `daemon@host`: only clients that came to this address of the machine. */
  readonly at: HostPattern | undefined;
}

/** hosts_options(5), as far as kinetd does it. */
export interface RuleOptions {
  /** `allow` or `deny`; undefined: what the file says by its name. */
  readonly verdict: 'allow' | 'deny' | undefined;
  /** The level of the message about a refusal. */
  readonly severity: SyslogLevel | undefined;
  /** The folder with the file that clients are sent. */
  readonly banners: string | undefined;
}

export interface HostsRule {
  readonly line: number;
  readonly daemons: PatternList<DaemonPattern>;
  readonly clients: PatternList<HostPattern>;
  readonly options: RuleOptions;
}

/** Something to be told about a file; only an `error` changes what a rule does: it refuses. */
export interface HostsFinding {
  readonly line: number;
  readonly severity: 'error' | 'warning' | 'note';
  readonly message: string;
  readonly help: string | undefined;
}

export interface HostsFile {
  readonly rules: readonly HostsRule[];
  readonly findings: readonly HostsFinding[];
}
