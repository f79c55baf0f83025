/**
 * From an endpoint to a bound socket: socket, IPV6_V6ONLY, SO_REUSEADDR, buffers, TCP options, bind, listen, in
 * xinetd's order (TCP options on the listening socket are inherited by accepted ones on Linux). A Unix socket has a
 * file besides, with the mode and the owner that the endpoint says.
 */
import { type Endpoint, hasConnections, type InternetEndpoint, type Service, type UnixEndpoint } from '../model/mod.ts';
import {
  bindInternet,
  bindSocketFile,
  bindToDevice,
  closeDescriptor,
  type Descriptor,
  listen,
  localAddress,
  openSocket,
  removeSocketFile,
  type SocketFile,
  SystemError,
  setSocketOption,
  tellDestination,
} from '../os/mod.ts';

/** What of a service its sockets depend on; two services that agree on it can share a bound socket in turn. */
export type SocketPlan = Pick<Service, 'socketType' | 'protocol' | 'wait' | 'socket'>;

export interface OpenedSocket {
  readonly descriptor: Descriptor;
  /** A Unix socket's. */
  readonly file: SocketFile | undefined;
}

/**
 * @param beside listening sockets that are about to be closed: their addresses may overlap with this one's (all
 *   addresses of a port, and one of them), which bind(2) refuses otherwise
 * @returns a bound (and, for streams, listening) socket; non-blocking when the daemon accepts on it, blocking when
 *   a server will get it
 * @throws SystemError naming the call that failed
 */
export function openListeningSocket(
  plan: SocketPlan,
  endpoint: Endpoint,
  beside: readonly Descriptor[] = [],
): OpenedSocket {
  if (endpoint.family === 'unix') return openUnix(plan, endpoint);
  try {
    return openFamily(plan, endpoint, beside);
  } catch (error) {
    if (endpoint.stack !== 'dual-or-inet' || !familyMissing(error)) throw error;
    return openFamily(plan, { ...endpoint, family: 'inet', address: '0.0.0.0', stack: 'only' }, beside);
  }
}

/** Whether the machine lacks the address family, as one booted with ipv6.disable does. */
export function familyMissing(error: unknown): boolean {
  return error instanceof SystemError && (error.code === 'EAFNOSUPPORT' || error.code === 'EADDRNOTAVAIL');
}

function openUnix(plan: SocketPlan, endpoint: UnixEndpoint): OpenedSocket {
  const { socketType } = plan;
  const descriptor = openSocket({ family: 'unix', type: socketType, protocol: 0, nonBlocking: !plan.wait });
  let file: SocketFile | undefined;
  try {
    applyOptions(plan, endpoint, descriptor);
    file = bindSocketFile(descriptor, socketType, endpoint.address, endpoint);
    startListening(plan, descriptor);
    return { descriptor, file };
  } catch (error) {
    if (file !== undefined) removeSocketFile(file);
    closeDescriptor(descriptor);
    throw error;
  }
}

function openFamily(plan: SocketPlan, endpoint: InternetEndpoint, beside: readonly Descriptor[]): OpenedSocket {
  const descriptor = openSocket({
    family: endpoint.family,
    type: plan.socketType,
    protocol: plan.protocol.number,
    nonBlocking: !plan.wait,
  });
  try {
    if (endpoint.family === 'inet6') setSocketOption(descriptor, 'v6Only', endpoint.stack === 'only' ? 1 : 0);
    setSocketOption(descriptor, 'reuseAddress', 1);
    applyOptions(plan, endpoint, descriptor);
    if (endpoint.device !== undefined) bindToDevice(descriptor, endpoint.device);
    const bindAndListen = (): void => {
      bindInternet(descriptor, endpoint.family, endpoint.address, endpoint.port);
      startListening(plan, descriptor);
    };
    if (beside.length === 0) bindAndListen();
    else sharingThePort([descriptor, ...beside], bindAndListen);
  } catch (error) {
    closeDescriptor(descriptor);
    throw error;
  }
  return { descriptor, file: undefined };
}

/**
 * Linux compares SO_REUSEPORT of the two sockets when it looks for a conflict, in bind and once more in listen. It is
 * set for that moment only: a port that keeps it can be joined by any process of the same user.
 */
function sharingThePort(sockets: readonly Descriptor[], act: () => void): void {
  const share = (value: boolean): void => {
    for (const socket of sockets) setSocketOption(socket, 'reusePort', value);
  };
  try {
    share(true);
    act();
  } finally {
    share(false);
  }
}

/**
 * What of a plan can be changed on a bound socket: a reload applies it to the socket that it keeps. listen(2) on a
 * socket that listens changes the length of its queue and loses nothing that is in it.
 */
export function applyChanges(plan: SocketPlan, endpoint: Endpoint, descriptor: Descriptor): void {
  applyOptions(plan, endpoint, descriptor);
  startListening(plan, descriptor);
}

function startListening({ socketType, socket }: SocketPlan, descriptor: Descriptor): void {
  if (hasConnections(socketType)) listen(descriptor, socket.backlog);
}

/** A service of TCP may have Unix sockets as well. */
function applyOptions({ protocol, socket, wait }: SocketPlan, { family }: Endpoint, descriptor: Descriptor): void {
  if (protocol.name === 'tcp' && family !== 'unix') {
    setSocketOption(descriptor, 'noDelay', socket.noDelay ? 1 : 0);
    setSocketOption(descriptor, 'keepAlive', socket.keepAlive ? 1 : 0);
  }
  if (protocol.name === 'udp' && family !== 'unix' && !wait) {
    // Each sender gets a socket on the same port; one that a supervisor has passed may not allow that as yet.
    setSocketOption(descriptor, 'reuseAddress', 1);
    tellDestination(descriptor, localAddress(descriptor).address.includes(':') ? 'inet6' : 'inet');
  }
  applyBuffers({ socket }, descriptor);
}

export function applyBuffers({ socket }: Pick<SocketPlan, 'socket'>, descriptor: Descriptor): void {
  if (socket.sendBuffer !== undefined) setSocketOption(descriptor, 'sendBuffer', socket.sendBuffer);
  if (socket.receiveBuffer !== undefined) setSocketOption(descriptor, 'receiveBuffer', socket.receiveBuffer);
}
