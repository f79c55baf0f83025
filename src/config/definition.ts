/**
 * What a reader makes of one entry of a file: typed values by the names of xinetd.conf(5), each with the
 * place it came from. Every dialect ends here (an inetd line is a Definition with the same names), and
 * resolve/ turns Definitions into Services.
 *
 * A Definition has been checked value by value. What needs knowledge from outside the file (users, ports,
 * the program on disk, other services) has not been looked at.
 */
import type {
  AddressPrivacy,
  FailureFlag,
  LogFormat,
  Network,
  NetworkRate,
  QueueLimit,
  Rate,
  SocketType,
  SuccessFlag,
  SyslogFacility,
  SyslogLevel,
  TimeLimit,
  TimeRange,
} from '../model/mod.ts';
import type { Diagnostic } from './diagnostic/mod.ts';
import type { Span } from './source/mod.ts';

export type Dialect = 'xinetd' | 'inetd';

/** Whose inetd an inetd.conf is written for. */
export const inetdDialects = ['debian', 'freebsd', 'netbsd', 'openbsd', 'gnu', 'busybox'] as const;
export type InetdDialect = (typeof inetdDialects)[number];

/** A whole number, or none at all. */
export type Bound = number | 'UNLIMITED';

export type ServiceType = 'RPC' | 'INTERNAL' | 'UNLISTED' | 'SPECIAL' | 'TCPMUX' | 'TCPMUXPLUS';

export type ServiceFlag =
  | 'REUSE'
  | 'INTERCEPT'
  | 'NORETRY'
  | 'IDONLY'
  | 'NAMEINARGS'
  | 'NODELAY'
  | 'KEEPALIVE'
  | 'NOLIBWRAP'
  | 'SENSOR'
  | 'IPv4'
  | 'IPv6'
  | 'LABELED';

/** One item of only_from or no_access. Names need the resolver and are kept as they stand. */
export type AccessItem =
  | { readonly kind: 'network'; readonly network: Network }
  | { readonly kind: 'host'; readonly name: string }
  | { readonly kind: 'domain'; readonly suffix: string };

/** A socket, or those of a range of ports. */
export type ListenItem =
  | {
      readonly transport: 'tcp' | 'udp';
      /** As a word of `bind`; undefined: every address. */
      readonly place: string | undefined;
      /** Both ends included, or a name of services(5). */
      readonly ports: string | { readonly low: number; readonly high: number };
    }
  | { readonly transport: 'unix'; readonly path: string };

/** The value of each attribute, by its name in xinetd.conf. An absent one was not written. */
export interface Settings {
  readonly id?: string;
  readonly type?: ReadonlySet<ServiceType>;
  readonly flags?: ReadonlySet<ServiceFlag>;
  readonly disable?: boolean;
  readonly socket_type?: SocketType;
  /** A name of protocols(5), not looked up. */
  readonly protocol?: string;
  readonly wait?: boolean;
  readonly port?: number;
  readonly rpc_version?: { readonly low: number; readonly high: number };
  readonly rpc_number?: number;
  readonly server?: string;
  /** Words after the program; with NAMEINARGS the first is argv[0]. */
  readonly server_args?: readonly string[];
  /** The program and its arguments, in the place of server and server_args. */
  readonly command?: readonly [string, ...string[]];
  /** A name or digits, not looked up. The same for group. */
  readonly user?: string;
  readonly group?: string;
  readonly groups?: boolean;
  readonly chroot?: string;
  readonly working_directory?: string;
  readonly no_new_privs?: boolean;
  readonly nice?: number;
  readonly umask?: number;
  /** Bytes, seconds or a count; 0 is "not set", as in xinetd. */
  readonly rlimit_as?: Bound;
  readonly rlimit_cpu?: Bound;
  readonly rlimit_data?: Bound;
  readonly rlimit_files?: Bound;
  readonly rlimit_rss?: Bound;
  readonly rlimit_stack?: Bound;
  /** NAME=VALUE, in order; a later one of the same name wins. */
  readonly env?: readonly string[];
  readonly passenv?: readonly string[];
  readonly environment?: 'xinetd' | 'ucspi';
  readonly resolve?: boolean;
  readonly stderr?: 'client' | 'log' | 'null';
  readonly socket_passing?: 'stdio' | 'activation';
  readonly launch?: 'exec' | 'forkserver';
  readonly forkserver_start?: 'load' | 'first';
  readonly preload_modules?: readonly string[];
  readonly instances?: Bound;
  readonly per_source?: Bound;
  readonly cps?: { readonly connections: number; readonly pauseSeconds: number };
  readonly rate_limit?: Rate | 'UNLIMITED';
  readonly rate_limit_source?: Rate | 'UNLIMITED';
  readonly rate_limit_network?: NetworkRate | 'UNLIMITED';
  readonly starts_per_minute?: Bound;
  readonly queue?: QueueLimit;
  readonly timeout?: TimeLimit | 'UNLIMITED';
  readonly max_load?: number;
  readonly access_times?: readonly TimeRange[];
  readonly only_from?: readonly AccessItem[];
  readonly no_access?: readonly AccessItem[];
  readonly log_type?:
    | { readonly kind: 'syslog'; readonly facility: SyslogFacility; readonly level: SyslogLevel }
    | {
        readonly kind: 'file';
        readonly path: string;
        readonly softLimit: number | undefined;
        readonly hardLimit: number | undefined;
      };
  readonly log_on_success?: ReadonlySet<SuccessFlag>;
  readonly log_on_failure?: ReadonlySet<FailureFlag>;
  readonly log_format?: LogFormat;
  readonly address_privacy?: AddressPrivacy;
  /** Minutes; FOREVER never ends, 0 (NEVER) only logs. */
  readonly deny_time?: number | 'FOREVER';
  /**
   * Numeric addresses, host names and network devices, not looked up, at least one and none twice. `interface` is the
   * same attribute.
   */
  readonly bind?: readonly string[];
  readonly v6only?: boolean;
  /** Not looked up, at least one. */
  readonly listen?: readonly ListenItem[];
  /** Names or digits, not looked up. */
  readonly socket_owner?: string;
  readonly socket_group?: string;
  readonly socket_mode?: number;
  readonly backlog?: number;
  /** Bytes. */
  readonly sndbuf?: number;
  readonly rcvbuf?: number;
  readonly redirect?: { readonly host: string; readonly port: string };
  readonly libwrap?: string;
  readonly banner?: string;
  readonly banner_success?: string;
  readonly banner_fail?: string;
  readonly mdns?: boolean;
  /** Only in defaults: where metrics are told, not looked up, and to whom. */
  readonly metrics?: readonly ListenItem[];
  readonly metrics_from?: readonly AccessItem[];
  /** Only in defaults: ids, in lower case. */
  readonly enabled?: readonly string[];
  readonly disabled?: readonly string[];
}

/** Those of an entry that is being read or made. */
export type SettingsInMaking = { -readonly [Name in AttributeName]?: NonNullable<Settings[Name]> };

export type AttributeName = keyof Settings;

/**
 * The sockets that the protocol of an inetd.conf line asks for: one for a family, one for both (`dual`), or two, of
 * which the second is only implied and gives way to a line that asks for it in so many words.
 */
export type SocketFamilies = 'inet' | 'inet6' | 'dual' | 'inet-and-inet6' | 'inet6-and-inet';

/** A Unix socket and who may use it; what is absent has the dialect's default. */
export interface UnixSocketFields {
  readonly path: string;
  /** Names or digits, not looked up. */
  readonly owner: string | undefined;
  readonly group: string | undefined;
  readonly mode: number | undefined;
}

/** What only an inetd.conf line can say; absent for xinetd. */
export interface InetdFields {
  /** Whose spelling the line is read in. */
  readonly dialect: InetdDialect;
  /** Local addresses of the line or of an `addr:` line above it: `*`, numeric or names, not looked up. Empty: all. */
  readonly addresses: readonly string[];
  /** `tcp`, `tcp4`, `tcp6`, `tcp46`, `udp` … as written, without `rpc/` and buffer sizes. */
  readonly transport: string;
  readonly families: SocketFamilies;
  readonly sendBuffer: number | undefined;
  readonly receiveBuffer: number | undefined;
  /** `.max` of the wait field; 0 is no bound. */
  readonly startsPerMinute: number | undefined;
  /** The service field: a name for services(5), a port number, or a Unix socket path. */
  readonly service: string;
  readonly unix: UnixSocketFields | undefined;
  /** FreeBSD's login class; undefined for the default one. */
  readonly loginClass: string | undefined;
}

export interface Definition {
  readonly dialect: Dialect;
  readonly name: string;
  /** The header (`service NAME`), or the whole inetd line. */
  readonly span: Span;
  readonly settings: Settings;
  /** Where each value was written; a value taken from defaults has the span there. */
  readonly spans: ReadonlyMap<AttributeName, Span>;
  /** Of the lists of an xinetd.conf, every line that has a part in the value; those of defaults stand first. */
  readonly listSpans?: ReadonlyMap<AttributeName, readonly Span[]>;
  readonly inetd: InetdFields | undefined;
  /** Errors of this entry: when there is one, the entry is refused, whatever else it says. */
  readonly errors: readonly Diagnostic[];
}
