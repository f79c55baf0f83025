/**
 * What a configuration needs to know of the machine, as an interface: daemon/ provides it from os/, tests
 * write it down. resolve/ asks each question once for a load (lookups.ts), however many services want to
 * know, so an implementation needs no cache of its own.
 *
 * Nothing here throws: what the system cannot say is "not found".
 */
import type { LimitName, Protocol } from '../../model/mod.ts';

export interface User {
  readonly name: string;
  readonly uid: number;
  /** The primary group of passwd(5). */
  readonly gid: number;
}

/** `executable` means that access(2) grants X_OK to the daemon's real user; see path_resolution(7) for root. */
export type ProgramState = 'executable' | 'not-executable' | 'directory' | 'missing';

/** The text says what the system has against it, such as `Operation not permitted`. */
export type DeviceState =
  | { readonly state: 'bindable' | 'missing' }
  | { readonly state: 'refused'; readonly why: string };

/** The first bytes of a program, and whether executing it gives rights (set-user-id, set-group-id, file capabilities). */
export interface ExecutableFile {
  readonly head: Uint8Array;
  readonly privileged: boolean;
}

/** Absolute paths of what fork servers need. */
export interface ForkserverParts {
  /** Preloaded into the program. */
  readonly library: string;
  /** The folder of the adapters of languages. */
  readonly adapters: string;
}

export interface System {
  /** getpwnam(3). */
  user(name: string): User | undefined;
  /** getpwuid(3). */
  userById(uid: number): User | undefined;
  /** getgrnam(3): the gid. */
  group(name: string): number | undefined;
  /** getgrouplist(3): what initgroups(3) would set, `gid` included. */
  groupList(user: string, gid: number): readonly number[];
  /** getservbyname(3): the port. */
  service(name: string, protocol: string): number | undefined;
  /** getrpcbyname(3): the number of the program. */
  rpc(name: string): number | undefined;
  /** getprotobyname(3), aliases included. */
  protocol(name: string): Protocol | undefined;
  /** getnetbyname(3): the IPv4 address as a number. */
  network(name: string): number | undefined;
  /** @param root the directory that the path is below, symbolic links included (chroot(2)); undefined: `/` */
  program(path: string, root: string | undefined): ProgramState;
  /** @returns undefined when it is no file, or cannot be read */
  executable(path: string): ExecutableFile | undefined;
  /** undefined where they were not built. */
  readonly forkserver: ForkserverParts | undefined;
  /** Whether the path is a directory; `root` as for {@link System.program}. */
  directory(path: string, root: string | undefined): boolean;
  /** The size of a regular file, links followed; undefined for anything else, and when it is not there. */
  fileSize(path: string): number | undefined;
  /** Whether a socket can be bound to the network device of this name (SO_BINDTODEVICE); else why not. */
  device(name: string): DeviceState;
  /** getaddrinfo(3): numeric addresses in the resolver's order; empty when there are none. */
  addresses(host: string): Promise<readonly string[]>;
  /** The daemon's own, as it was started. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly umask: number;
  /** The daemon's hard limits; `Infinity` is RLIM_INFINITY. */
  readonly hardLimits: Readonly<Record<LimitName, number>>;
  /** Whether a server that runs as root may go beyond them (CAP_SYS_RESOURCE). */
  readonly mayRaiseLimits: boolean;
  /** Effective ids of the daemon; uid 0 can change to every other. */
  readonly uid: number;
  readonly gid: number;
}
