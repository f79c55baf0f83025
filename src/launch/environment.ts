/**
 * What a server's environment says about its connection: REMOTE_HOST as xinetd sets it, REMOTE_ADDR and REMOTE_PORT
 * as systemd sets them for a socket with Accept=yes, LOCAL_HOST and LOCAL_PORT which xinetd never told, and the
 * variables of UCSPI (tcpserver's environment, cr.yp.to), so that programs written for any of them run unchanged.
 *
 * Over a Unix socket REMOTE_HOST says who connected (`unix:uid=1000`), and the variables are those of ucspi-unix; with
 * the whole environment of UCSPI also those of s6-ipcserver, whose prefix is IPC.
 *
 * A variable whose value is not known is absent, with two exceptions: REMOTE_HOST is `<no address>` for a stream
 * service that waits, as under xinetd. And UNIXLOCALPID, the server's own pid, is empty and the last: the child itself
 * completes it, for whom a pid is known (native/become.c, native/forkserver/child.c).
 */
import type { ConnectionVariable, LaunchPlan, Local, Peer, Protocol } from '../model/mod.ts';

const noAddress = '<no address>';

/** The two ends of a connection, as far as they are known. */
export interface Ends {
  readonly peer: Peer | undefined;
  /** undefined also for a datagram socket on a wildcard address: the kernel alone knows where it was reached. */
  readonly local: Local | undefined;
  /** What had to be asked for; absent where nobody was asked. */
  readonly names?: EndNames;
  /** Servers of this client that run now, this one included; absent where they are not counted. */
  readonly ofSource?: number;
}

/** Each absent while it is not known. */
export interface EndNames {
  /** Of the client's address; it leads back to it. */
  readonly remote?: string | undefined;
  /** Of the address where the client came to. */
  readonly local?: string | undefined;
  /** Of the user, as the ident server of the client's machine says. */
  readonly user?: string | undefined;
}

/** The same for all connections of a service. */
type Constant = 'PROTO' | 'UNIXLOCALUID' | 'UNIXLOCALGID';

const ownPid = 'UNIXLOCALPID';

type Value = (ends: Ends) => string | number | undefined;

const peerAddress: Value = ({ peer }) => peer?.address;
const peerPort: Value = ({ peer }) => peer?.port;
const localHost: Value = ({ local }) => local?.address;
const localPort: Value = ({ local }) => local?.port;
const remoteUid: Value = ({ peer }) => peer?.credentials?.uid;
const remoteGid: Value = ({ peer }) => peer?.credentials?.gid;
const ofSource: Value = ({ ofSource: count }) => count;

const values: Readonly<Record<Exclude<ConnectionVariable, Constant | typeof ownPid>, Value>> = {
  REMOTE_HOST: ({ peer }) => peer?.address ?? noAddress,
  REMOTE_ADDR: peerAddress,
  REMOTE_PORT: peerPort,
  LOCAL_HOST: localHost,
  LOCAL_PORT: localPort,
  TCPREMOTEIP: peerAddress,
  TCPREMOTEPORT: peerPort,
  TCPLOCALIP: localHost,
  TCPLOCALPORT: localPort,
  UDPREMOTEIP: peerAddress,
  UDPREMOTEPORT: peerPort,
  UDPLOCALIP: localHost,
  UDPLOCALPORT: localPort,
  UNIXLOCALPATH: localHost,
  UNIXREMOTEPID: ({ peer }) => peer?.credentials?.pid,
  UNIXREMOTEEUID: remoteUid,
  UNIXREMOTEEGID: remoteGid,
  UNIXCONNNUM: ofSource,
  IPCLOCALPATH: localHost,
  IPCREMOTEPATH: ({ peer }) => peer?.path,
  IPCREMOTEEUID: remoteUid,
  IPCREMOTEEGID: remoteGid,
  IPCCONNNUM: ofSource,
  TCPREMOTEHOST: ({ names }) => names?.remote,
  TCPLOCALHOST: ({ names }) => names?.local,
  TCPREMOTEINFO: ({ names }) => names?.user,
  // tcpsvd's, which counts the connections of this client too.
  TCPCONCURRENCY: ofSource,
  TCPCONNNUM: ofSource,
};

/** Those of other protocols, and ports where there are none. */
const foreign: Readonly<Record<string, RegExp>> = {
  TCP: /^(UDP|UNIX|IPC)/,
  UDP: /^(TCP|UNIX|IPC)/,
  UNIX: /^(TCP|UDP|LOCAL_|REMOTE_(ADDR|PORT))/,
};

/** The variables that a service of this protocol may give. */
function variablesFor({ name }: Protocol, { variables }: Pick<LaunchPlan, 'variables'>): ConnectionVariable[] {
  const others = foreign[name.toUpperCase()] ?? /^(TCP|UDP|UNIX|IPC)/;
  return variables.filter((variable) => !others.test(variable));
}

/** Of which of its ends a connection of the service needs the name before its server is started. */
export function namesNeeded(
  protocol: Protocol,
  plan: Pick<LaunchPlan, 'variables'>,
): { readonly remote: boolean; readonly local: boolean } {
  const variables = variablesFor(protocol, plan);
  return { remote: variables.includes('TCPREMOTEHOST'), local: variables.includes('TCPLOCALHOST') };
}

/**
 * Makes, once for a service, the function that gives each connection its `NAME=VALUE` strings. A service of TCP may have
 * Unix sockets as well: what tells of a connection goes by the socket that it came over.
 */
export function connectionEnvironment(
  protocol: Protocol,
  plan: Pick<LaunchPlan, 'variables' | 'identity'>,
): (ends: Ends) => string[] {
  const own = environmentOf(protocol, plan);
  const overUnix = environmentOf({ name: 'unix', number: 0 }, plan);
  return (ends) => (ends.local?.address.startsWith('/') === true ? overUnix(ends) : own(ends));
}

function environmentOf(protocol: Protocol, plan: Pick<LaunchPlan, 'variables' | 'identity'>): (ends: Ends) => string[] {
  const constants: Readonly<Record<Constant, () => string | number | undefined>> = {
    PROTO: () => protocol.name.toUpperCase(),
    UNIXLOCALUID: () => plan.identity?.uid ?? process.getuid?.(),
    UNIXLOCALGID: () => plan.identity?.gid ?? process.getgid?.(),
  };
  const constant: string[] = [];
  const variable: { readonly name: string; readonly value: Value }[] = [];
  const names = variablesFor(protocol, plan);
  for (const name of names) {
    if (name === ownPid) continue;
    if (isConstant(name)) constant.push(`${name}=${constants[name]()}`);
    else variable.push({ name, value: values[name] });
  }
  const connectionVariables = (ends: Ends): string[] => {
    const strings = [...constant];
    for (const { name, value } of variable) {
      const text = value(ends);
      if (text !== undefined) strings.push(`${name}=${text}`);
    }
    if (names.includes(ownPid)) strings.push(`${ownPid}=`);
    return strings;
  };
  return connectionVariables;
}

function isConstant(name: ConnectionVariable): name is Constant {
  return name === 'PROTO' || name === 'UNIXLOCALUID' || name === 'UNIXLOCALGID';
}
