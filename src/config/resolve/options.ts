/** What the command line says about services, mostly in the words of Debian's openbsd-inetd. */
export interface ResolveOptions {
  /** -E: servers of an inetd.conf get the daemon's environment whole. */
  readonly keepEnvironment: boolean;
  /** GNU's --resolve: servers of an inetd.conf are told the names of both ends. */
  readonly resolveNames: boolean;
  /** -R: starts a minute of an inetd.conf service that has no `.max`; 0 is no bound, undefined what its dialect has. */
  readonly startsPerMinute: number | undefined;
  /** -q: length of the queue of unaccepted connections of inetd.conf services. */
  readonly backlog: number;
  /**
   * Whose way it is to ask hosts.allow and hosts.deny for the programs of an inetd.conf, if they are asked: Debian's with
   * -l (for those that get a connection each, by argv[0]), or FreeBSD's with -w (for datagrams too, by the name of the file).
   */
  readonly libwrap: 'debian' | 'freebsd' | undefined;
  /** FreeBSD's -W: they are asked for internal services, by the service's name. */
  readonly libwrapInternal: boolean;
  /** FreeBSD's -c: servers at once of an inetd.conf service that gets a connection each and says nothing itself. */
  readonly instances: number | undefined;
  /** FreeBSD's -C: starts a minute for each address, of the same services. */
  readonly startsPerMinutePerSource: number | undefined;
  /** FreeBSD's -s: servers at once for each address, of the same services. */
  readonly perSource: number | undefined;
  /** FreeBSD's -l: connections of inetd.conf services are logged. */
  readonly logConnections: boolean;
}

/** openbsd-inetd's own defaults. */
export const defaultOptions: ResolveOptions = {
  keepEnvironment: false,
  resolveNames: false,
  startsPerMinute: undefined,
  backlog: 128,
  libwrap: undefined,
  libwrapInternal: false,
  instances: undefined,
  startsPerMinutePerSource: undefined,
  perSource: undefined,
  logConnections: false,
};
