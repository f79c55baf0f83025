/**
 * What a server can be told about its connection in its environment, by name. REMOTE_HOST is xinetd's; REMOTE_ADDR is
 * systemd's (systemd.exec(5)), as is REMOTE_PORT, which is among the four that users of xinetd have asked for; the rest
 * are UCSPI's, whose prefix is the value of PROTO (`TCP`, `UDP` or `UNIX`; cr.yp.to/proto/ucspi.txt, and what
 * tcpserver, tcpsvd, unixserver and s6-ipcserver set).
 *
 * Which of them a server gets is the `environment` of its service. One that the daemon itself has inherited never
 * reaches a server, whatever it is.
 */

/** `environment = xinetd`: what needs no look-up and no question. */
export const usualVariables = [
  'REMOTE_HOST',
  'REMOTE_ADDR',
  'REMOTE_PORT',
  'LOCAL_HOST',
  'LOCAL_PORT',
  'PROTO',
  'TCPREMOTEIP',
  'TCPREMOTEPORT',
  'TCPLOCALIP',
  'TCPLOCALPORT',
  'UDPREMOTEIP',
  'UDPREMOTEPORT',
  'UDPLOCALIP',
  'UDPLOCALPORT',
  'UNIXLOCALPATH',
  'UNIXREMOTEPID',
  'UNIXREMOTEEUID',
  'UNIXREMOTEEGID',
] as const;

/** The names of both ends: where the service has `resolve = yes`. */
export const nameVariables = ['TCPREMOTEHOST', 'TCPLOCALHOST'] as const;

/** `environment = ucspi` has these besides those of UCSPI among the others, and none of xinetd's and systemd's. */
export const ucspiVariables = [
  'TCPREMOTEINFO',
  'TCPCONNNUM',
  'TCPCONCURRENCY',
  'UNIXLOCALUID',
  'UNIXLOCALGID',
  'UNIXCONNNUM',
  'IPCLOCALPATH',
  'IPCREMOTEPATH',
  'IPCREMOTEEUID',
  'IPCREMOTEEGID',
  'IPCCONNNUM',
  'UNIXLOCALPID',
] as const;

/** Servers of others set these; here they are only kept from being passed on. */
const strangeVariables = ['UDPREMOTEHOST', 'UDPLOCALHOST', 'UNIXREMOTEPATH'] as const;

export type ConnectionVariable = (typeof usualVariables | typeof nameVariables | typeof ucspiVariables)[number];

/** What says something about a connection, so that it must not come from anywhere else. */
export const connectionVariables: readonly string[] = [
  ...usualVariables,
  ...nameVariables,
  ...ucspiVariables,
  ...strangeVariables,
];
