/**
 * The Unix socket of a service: its path, its mode, and who owns its file.
 *
 * What a line of an inetd.conf does not say is its inetd's affair: FreeBSD's makes the file for its own user alone,
 * those of Debian and OpenBSD for everybody (they bind with the umask 0111, seen), NetBSD's and BusyBox's with the
 * umask that a daemon usually has.
 */
import type { SocketType, UnixEndpoint } from '../../model/mod.ts';
import type { InetdDialect, UnixSocketFields } from '../definition.ts';
import type { Findings } from './findings.ts';
import { findGroup, findUser } from './identity.ts';
import type { System } from './system.ts';
import { systemText } from './text.ts';
import type { Transport } from './transport.ts';

const modes: Readonly<Record<InetdDialect, number>> = {
  debian: 0o666,
  openbsd: 0o666,
  freebsd: 0o200,
  netbsd: 0o755,
  busybox: 0o755,
  gnu: 0o755,
};

/** sockaddr_un holds 108 bytes, and a NUL ends the path. */
const longestPath = 107;

export function unixTransport(socketType: SocketType | undefined, findings: Findings): Transport | undefined {
  if (socketType === undefined) return undefined;
  if (socketType !== 'raw') return { socketType, protocol: { name: 'unix', number: 0 } };
  const help = 'write stream, dgram or seqpacket';
  return findings.add('protocol-mismatch', 'socket_type', 'there are no raw Unix sockets', help);
}

/** @returns undefined when something is wrong with it, which has been told */
export function unixEndpoint(
  { path, owner, group, mode }: UnixSocketFields,
  attribute: 'port' | 'listen',
  dialect: InetdDialect,
  system: System,
  findings: Findings,
): UnixEndpoint | undefined {
  const address = systemText(path, attribute, findings);
  if (address === undefined) return undefined;
  if (path.length > longestPath) {
    const help = `the system takes ${longestPath} at most`;
    return findings.add('bad-address', attribute, `the path of the socket has ${path.length} bytes`, help);
  }
  const user = owner === undefined ? undefined : findUser(owner, true, system, findings);
  const gid = group === undefined ? undefined : findGroup(group, system, findings);
  if ((owner !== undefined && user === undefined) || (group !== undefined && gid === undefined)) return undefined;
  if (system.uid !== 0 && ((user?.uid ?? system.uid) !== system.uid || (gid ?? system.gid) !== system.gid)) {
    const help = 'start kinetd as root, or leave owner and group off';
    return findings.add('needs-root', undefined, 'only root can give the file of a socket to somebody else', help);
  }
  return {
    family: 'unix',
    address,
    device: undefined,
    port: 0,
    stack: 'only',
    implied: false,
    mode: mode ?? modes[dialect],
    uid: user?.uid,
    gid,
  };
}
