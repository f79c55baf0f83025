/**
 * A service: one configured entry, complete. Every default is filled in, every name is looked up, and
 * nothing here can be wrong in a way that only its first connection would show.
 *
 * The configuration readers end here and everything else begins here; no later code sees text of a
 * configuration file. A Service is deeply frozen.
 */
import type { Endpoint, Protocol, SocketType } from './address.ts';
import type { LaunchPlan } from './launch.ts';

/** Where an entry stands. */
export interface Origin {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
}

export interface Service {
  /** Unique enough for a person: the name in logs, in `enabled`, in `disabled`, and across reloads. */
  readonly id: string;
  /** The word after `service`, or the first field of an inetd line. */
  readonly name: string;
  readonly origin: Origin;
  readonly socketType: SocketType;
  readonly protocol: Protocol;
  /** True: the server gets the listening socket itself. False: a server for each connection. */
  readonly wait: boolean;
  /** None exactly when it is reached through tcpmux. */
  readonly endpoints: readonly Endpoint[];
  /** Set when it is reached through tcpmux alone: who says `+Go` to the client. */
  readonly behindTcpmux: { readonly greeting: 'tcpmux' | 'server' } | undefined;
  readonly socket: SocketOptions;
  readonly limits: ServiceLimits;
  readonly access: Access;
  readonly logging: Logging;
  /** undefined: no ident server is asked about anybody. */
  readonly identification: Identification | undefined;
  /** undefined: none of them. */
  readonly banners: Banners | undefined;
  readonly server: ServerPlan;
  /** What the portmapper is told; undefined for a service that clients find without it. */
  readonly rpc: RpcProgram | undefined;
}

/** An RPC program, and the range of its versions (both ends included). */
export interface RpcProgram {
  readonly number: number;
  readonly lowest: number;
  readonly highest: number;
}

/** Who answers the clients of a service. Each kind holds what it needs and nothing that only another kind uses. */
export type ServerPlan =
  | ProgramPlan
  | BuiltinPlan
  | AuthPlan
  | ListingPlan
  | MetricsPlan
  | TcpmuxPlan
  | RedirectPlan
  | SensorPlan;

/** A program is started. */
export interface ProgramPlan {
  readonly kind: 'program';
  readonly launch: LaunchPlan;
  /** Where its descriptor 2 is. */
  readonly stderr: 'client' | 'log' | 'null';
  /** Where its socket is: on descriptors 0 and 1, or on 3 as sd_listen_fds(3) has it, which only a service that waits may say. */
  readonly socketPassing: 'stdio' | 'activation';
  /** undefined: the program is executed for each connection. */
  readonly forkserver: ForkserverPlan | undefined;
}

/** The program is executed once and parked, and each connection gets a fork of it. */
export interface ForkserverPlan {
  /** How the fork server is launched; {@link ProgramPlan.launch} is what its children have to be like. */
  readonly launch: LaunchPlan;
  /** The program, and its script if it has one: it is replaced when they change. */
  readonly files: readonly string[];
  /** When it is first started: with the service, or when the first client comes. */
  readonly start: 'load' | 'first';
}

/** The worker answers, as one of the internal services. */
export interface BuiltinPlan {
  readonly kind: 'builtin';
  readonly name: BuiltinName;
}

/** The worker passes connections on. */
export interface RedirectPlan {
  readonly kind: 'redirect';
  readonly target: RedirectTarget;
}

export interface RedirectTarget {
  /** A numeric address, or a name that is looked up for each connection. */
  readonly host: string;
  readonly port: number;
  /** SO_KEEPALIVE towards the target. */
  readonly keepAlive: boolean;
}

/** Nobody: the port is a trap (the flag SENSOR), and who touches it is refused by every service for a time. */
export interface SensorPlan {
  readonly kind: 'sensor';
  /** 0: not at all, the touch is only logged. */
  readonly denyMinutes: number | 'FOREVER';
}

/** The worker says whose a connection of this machine is (RFC 1413). */
export interface AuthPlan {
  readonly kind: 'auth';
  readonly answers: AuthAnswers;
}

/** By the flags of FreeBSD's inetd(8), which stand behind each. */
export interface AuthAnswers {
  /** Whether it is looked up at all; else everybody is hidden, or has the fallback (-r). */
  readonly real: boolean;
  /** What is said where no user can be found (-d). */
  readonly fallback: string | undefined;
  /** Random names instead of true ones (-g). */
  readonly garble: boolean;
  /** Numbers instead of names (-i). */
  readonly numeric: boolean;
  /** Whether ~/.fakeid is believed: not, unless it is another user's name, or in any case (-f, -F). */
  readonly fake: 'none' | 'nobody' | 'any';
  /** Whether who has a ~/.noident is hidden (-n). */
  readonly hide: boolean;
  /** What kind of system it says this is (-o). */
  readonly system: string;
  /** For a question and its answer (-t). */
  readonly milliseconds: number;
}

/** The worker tells the daemon's metrics over HTTP. */
export interface MetricsPlan {
  readonly kind: 'metrics';
}

/** The worker sends a list: of the services that are at work, or of the servers that run. */
export interface ListingPlan {
  readonly kind: 'listing';
  readonly name: 'services' | 'servers';
}

/** The worker hears which of the services behind tcpmux a client wants (RFC 1078), and that one serves it. */
export interface TcpmuxPlan {
  readonly kind: 'tcpmux';
}

/** The internal services, by the names that select them. */
export const builtinNames = ['echo', 'discard', 'daytime', 'time', 'chargen'] as const;
export type BuiltinName = (typeof builtinNames)[number];

export interface SocketOptions {
  readonly keepAlive: boolean;
  readonly noDelay: boolean;
  /** Length of the queue of connections not yet accepted. */
  readonly backlog: number;
  /** SO_SNDBUF and SO_RCVBUF in bytes; undefined leaves the kernel's. */
  readonly sendBuffer: number | undefined;
  readonly receiveBuffer: number | undefined;
}

/** Upper bounds; undefined is no bound. */
export interface ServiceLimits {
  /** Servers running at once. */
  readonly instances: number | undefined;
  /** Servers running at once for one client address. */
  readonly perSource: number | undefined;
  /** More than `connections` a second closes the port for `pauseSeconds` (xinetd's `cps`). */
  readonly cps: { readonly connections: number; readonly pauseSeconds: number } | undefined;
  /** At most `starts` servers a minute (an inetd's `.max` and `-R`); then the port pauses until the minute has room. */
  readonly startsPerMinute: number | undefined;
  readonly rates: RateLimits | undefined;
  /** Connections over `instances` that wait for their turn. */
  readonly queue: QueueLimit | undefined;
  readonly timeout: TimeLimit | undefined;
  /** Refuse while the one-minute load average is at or above this. */
  readonly maxLoad: number | undefined;
}

/** So many wait at once, and each at most so long. */
export interface QueueLimit {
  /** At least 1. */
  readonly places: number;
  readonly seconds: number;
}

/** How long a server may run, by the wall clock, and what it has between SIGTERM and SIGKILL. */
export interface TimeLimit {
  readonly seconds: number;
  readonly graceSeconds: number;
}

/** Who comes more often than this is refused, and nobody else. At least one of them is set. */
export interface RateLimits {
  /** All clients of the service together. */
  readonly service: Rate | undefined;
  /** Each client address. */
  readonly source: Rate | undefined;
  /** Each block of addresses. */
  readonly network: NetworkRate | undefined;
}

/** A token bucket: `count` connections in `periodSeconds`, and at most `burst` together after a quiet time. */
export interface Rate {
  readonly count: number;
  readonly periodSeconds: number;
  readonly burst: number;
}

export interface NetworkRate extends Rate {
  /** Prefix lengths of the blocks. */
  readonly prefixes: { readonly inet: number; readonly inet6: number };
}

/** Files whose bytes a client of a `nowait` stream service gets; paths are absolute. */
export interface Banners {
  /** To everyone, before anything is decided. */
  readonly always: string | undefined;
  /** To those who are let in, before their server starts. */
  readonly success: string | undefined;
  /** To those who are refused. */
  readonly failure: string | undefined;
}

/** Who may use the service, and when. */
export interface Access {
  /** undefined: everyone. Empty: no one but whom {@link Access.names} admits. */
  readonly onlyFrom: readonly Network[] | undefined;
  readonly noAccess: readonly Network[];
  /** What the two lists have besides addresses; undefined: nothing, and no client's name is ever looked up for them. */
  readonly names: { readonly onlyFrom: readonly NamePattern[]; readonly noAccess: readonly NamePattern[] } | undefined;
  /** The name of the service in hosts.allow and hosts.deny (hosts_access(5)); undefined: they are not asked. */
  readonly hostsName: string | undefined;
  /** undefined: always. Empty never occurs. */
  readonly times: readonly TimeRange[] | undefined;
}

/**
 * A block of addresses. `address` has all host bits zero. `0.0.0.0/0` is any IPv4 address; `::/0` is any
 * IPv6 address (and only those: IPv4 clients are IPv4 here whatever socket they came through).
 */
export interface Network {
  readonly family: 'inet' | 'inet6';
  readonly address: string;
  readonly prefix: number;
  /** The words of the configuration, for messages. */
  readonly text: string;
}

/** A host, or all hosts of a domain: `example.org` without the dot before it. In lower case. */
export interface NamePattern {
  readonly kind: 'host' | 'domain';
  readonly name: string;
}

/**
 * Minutes of the local day, both ends included; `from > to` spans midnight (22:00-06:00 is 1320..360).
 * `24:00` is written 1440 and means the end of the day.
 */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

export interface Logging {
  /** undefined: the service logs nothing, as xinetd without `log_type`. */
  readonly sink: LogSink | undefined;
  readonly onSuccess: ReadonlySet<SuccessFlag>;
  readonly onFailure: ReadonlySet<FailureFlag>;
  readonly format: LogFormat;
  readonly addressPrivacy: AddressPrivacy;
}

/** How lines of a service's log look. */
export type LogFormat = 'xinetd' | 'json';

/** What is kept of the addresses of clients. */
export type AddressPrivacy = 'full' | 'network' | 'hash';

/**
 * When an ident server (RFC 1413) of the client's machine is asked whose connection it is. Its answer is whatever that
 * machine says: it is logged, and proves nothing.
 */
export interface Identification {
  /** Before the client is served (USERID in log_on_success, or IDONLY). */
  readonly ofServed: boolean;
  /** Who is named by no ident server is not served (IDONLY). */
  readonly required: boolean;
  /** When the client is refused (USERID in log_on_failure). */
  readonly ofRefused: boolean;
}

/** Why there is no name: xinetd's words in NOID lines. */
export const identFailures = [
  'no server',
  'timeout',
  'system error',
  'error while receiving response',
  'bad response',
] as const;
export type IdentFailure = (typeof identFailures)[number];

/** What an ident server has said: all behind `USERID :`, such as `UNIX : joe`, one byte a character. */
export type IdentAnswer = { readonly user: string } | { readonly failure: IdentFailure };

export type SuccessFlag = 'HOST' | 'DURATION' | 'EXIT' | 'PID' | 'USERID' | 'TRAFFIC' | 'USAGE';
export type FailureFlag = 'HOST' | 'ATTEMPT' | 'USERID';

export type LogSink =
  | { readonly kind: 'syslog'; readonly facility: SyslogFacility; readonly level: SyslogLevel }
  | {
      readonly kind: 'file';
      readonly path: string;
      /** Bytes; undefined: no limit. */
      readonly softLimit: number | undefined;
      readonly hardLimit: number | undefined;
      /** True for a log that the service inherits and shares (defaults' `log_type`). */
      readonly shared: boolean;
    };

/** The facilities of syslog(3) that a configuration and xinetd's `-syslog` may name. */
export const syslogFacilities = [
  'daemon',
  'auth',
  'authpriv',
  'user',
  'mail',
  'lpr',
  'news',
  'uucp',
  'ftp',
  'local0',
  'local1',
  'local2',
  'local3',
  'local4',
  'local5',
  'local6',
  'local7',
] as const;
export type SyslogFacility = (typeof syslogFacilities)[number];

export type SyslogLevel = 'emerg' | 'alert' | 'crit' | 'err' | 'warning' | 'notice' | 'info' | 'debug';
