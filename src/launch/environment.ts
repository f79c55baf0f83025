/**
 * What a server's environment says about its connection: REMOTE_HOST as xinetd sets it, REMOTE_ADDR and REMOTE_PORT
 * as systemd sets them for a socket with Accept=yes, LOCAL_HOST and LOCAL_PORT which xinetd never told, and the
 * variables of UCSPI (tcpserver's environment, cr.yp.to), so that programs written for any of them run unchanged.
 *
 * Over a Unix socket REMOTE_HOST says who connected (`unix:uid=1000`), and the variables are those of ucspi-unix.
 *
 * A variable whose value is not known is absent, with one exception: REMOTE_HOST is `<no address>` for a stream
 * service that waits, as under xinetd.
 */
import type { ConnectionVariable, LaunchPlan, Local, Peer, Protocol } from '../model/mod.ts';

const noAddress = '<no address>';

/** The two ends of a connection, as far as they are known. */
export interface Ends {
  readonly peer: Peer | undefined;
  /** undefined also for a datagram socket on a wildcard address: the kernel alone knows where it was reached. */
  readonly local: Local | undefined;
}

type Value = (ends: Ends) => string | number | undefined;

const peerAddress: Value = ({ peer }) => peer?.address;
const peerPort: Value = ({ peer }) => peer?.port;
const localHost: Value = ({ local }) => local?.address;
const localPort: Value = ({ local }) => local?.port;

const values: Readonly<Record<Exclude<ConnectionVariable, 'PROTO'>, Value>> = {
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
  UNIXREMOTEEUID: ({ peer }) => peer?.credentials?.uid,
  UNIXREMOTEEGID: ({ peer }) => peer?.credentials?.gid,
};

/** Those of other protocols, and ports where there are none. */
const foreign: Readonly<Record<string, RegExp>> = {
  TCP: /^(UDP|UNIX)/,
  UDP: /^(TCP|UNIX)/,
  UNIX: /^(TCP|UDP|LOCAL_|REMOTE_(ADDR|PORT))/,
};

/** Makes, once for a service, the function that gives each connection its `NAME=VALUE` strings. */
export function connectionEnvironment(
  { name }: Protocol,
  { variables }: Pick<LaunchPlan, 'variables'>,
): (ends: Ends) => string[] {
  const proto = name.toUpperCase();
  const others = foreign[proto] ?? /^(TCP|UDP|UNIX)/;
  const constant: string[] = [];
  const variable: { readonly name: string; readonly value: Value }[] = [];
  for (const variableName of variables) {
    if (variableName === 'PROTO') constant.push(`PROTO=${proto}`);
    else if (!others.test(variableName)) variable.push({ name: variableName, value: values[variableName] });
  }
  return (ends) => {
    const strings = [...constant];
    for (const { name, value } of variable) {
      const text = value(ends);
      if (text !== undefined) strings.push(`${name}=${text}`);
    }
    return strings;
  };
}
