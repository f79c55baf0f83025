/**
 * What `kinetd check` asks the machine besides what the configuration itself asks (config/resolve/system.ts): who owns
 * files, which sockets are bound and by whom, and what the daemon may do. Nothing is opened for writing, bound or
 * connected to. What the system does not tell is undefined, or absent from a list.
 */
export interface Machine extends Files {
  /** The same as a process sees it that has this directory as its `/` (chroot(2)). */
  below(root: string): Files;
  /** Sockets that are bound: listening ones, and those for datagrams. */
  readonly sockets: readonly BoundSocket[];
  /** e_machine of the programs of this machine (elf(5)). */
  readonly elfMachine: number | undefined;
  /** The first port that everybody may open (net.ipv4.ip_unprivileged_port_start). */
  readonly unprivilegedPortStart: number;
  /** Whether the daemon may open lower ones (CAP_NET_BIND_SERVICE). */
  readonly mayBindLowPorts: boolean;
  /** The name of a user and all the groups that group(5) gives him. */
  user(uid: number): { readonly name: string; readonly gids: readonly number[] } | undefined;
  /** The name of a group. */
  group(gid: number): string | undefined;
  /** Whom the daemon would run as. */
  readonly daemon: Credentials;
}

export interface Files {
  /** stat(2), links followed. */
  file(path: string): FileFacts | undefined;
  /** realpath(3). */
  realPath(path: string): string | undefined;
  /** The first bytes of a regular file. */
  head(path: string): Uint8Array | undefined;
}

export interface FileFacts {
  readonly kind: 'file' | 'directory' | 'other';
  readonly uid: number;
  readonly gid: number;
  /** Permission bits. */
  readonly mode: number;
}

export interface Credentials {
  readonly uid: number;
  /** The primary one and the supplementary ones. */
  readonly gids: readonly number[];
}

export interface BoundSocket {
  readonly protocol: 'tcp' | 'udp';
  /** Canonical numeric text. */
  readonly address: string;
  readonly port: number;
  /** Undefined where the holder cannot be seen, as others' processes by an ordinary user. */
  readonly holder: { readonly pid: number; readonly name: string } | undefined;
}
