/**
 * A small supervisor: opens sockets, makes them the descriptors from 3 on, says so in LISTEN_FDS, LISTEN_PID and
 * LISTEN_FDNAMES, and becomes the daemon. Needs python3.
 */
import { python3 } from './programs.ts';

export interface Passed {
  readonly name?: string;
  readonly family?: 'inet' | 'inet6' | 'unix';
  readonly type?: 'stream' | 'dgram' | 'seqpacket';
  /** The default is 127.0.0.1, or ::1. */
  readonly address?: string;
  readonly port?: number;
  /** The path of a Unix socket. */
  readonly path?: string;
  readonly listening?: boolean;
  /** No socket at all: the read end of a pipe. */
  readonly pipe?: boolean;
}

const supervisor = `
import json, os, socket, sys
wanted, pid, command = json.loads(sys.argv[1]), sys.argv[2], sys.argv[3:]
families = {"inet": socket.AF_INET, "inet6": socket.AF_INET6, "unix": socket.AF_UNIX}
types = {"stream": socket.SOCK_STREAM, "dgram": socket.SOCK_DGRAM, "seqpacket": socket.SOCK_SEQPACKET}
made = []
for each in wanted:
    if each.get("pipe"):
        made.append(os.pipe()[0])
        continue
    family, kind = each.get("family", "inet"), each.get("type", "stream")
    s = socket.socket(families[family], types[kind])
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == "inet6": s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    if family == "unix": s.bind(each["path"])
    else: s.bind((each.get("address", "::1" if family == "inet6" else "127.0.0.1"), each.get("port", 0)))
    if kind != "dgram" and each.get("listening", True): s.listen(3)
    made.append(s.detach())
high = [os.dup2(fd, 100 + i) for i, fd in enumerate(made)]
for i, fd in enumerate(high):
    os.dup2(fd, 3 + i, inheritable=True)
os.closerange(3 + len(made), 200)
os.environ["LISTEN_FDS"] = str(len(made))
os.environ["LISTEN_PID"] = pid if pid else str(os.getpid())
names = [each["name"] for each in wanted if "name" in each]
if names: os.environ["LISTEN_FDNAMES"] = ":".join(names)
os.execvp(command[0], command)
`;

/** Words in front of a daemon that gets these sockets. @param pid whom they are for; the default is the daemon */
export function passing(sockets: readonly Passed[], pid: string = ''): readonly string[] {
  return [python3 ?? 'python3', '-IS', '-c', supervisor, JSON.stringify(sockets), pid];
}
