/**
 * Whether the ports of a service can be opened: by right (ports(7) below net.ipv4.ip_unprivileged_port_start), and
 * because nobody else has them. A port that kinetd or an old super-server holds is no mistake: that is what runs now.
 */
import type { InternetEndpoint } from '../model/mod.ts';
import type { BoundSocket, Machine } from './machine.ts';
import type { Subject } from './subject.ts';

export function checkPorts(subject: Subject, machine: Machine): void {
  const { endpoints, protocol } = subject.service;
  const told = new Set<string>();
  for (const endpoint of endpoints) {
    if (endpoint.family === 'unix' || endpoint.port === 0) continue;
    if (endpoint.port < machine.unprivilegedPortStart && !machine.mayBindLowPorts)
      tellPrivileged(subject, endpoint, told);
    const other = machine.sockets.find((socket) => socket.protocol === protocol.name && overlaps(socket, endpoint));
    if (other !== undefined) tellTaken(subject, other, told);
  }
}

function tellPrivileged(subject: Subject, { port }: InternetEndpoint, told: Set<string>): void {
  const message = `port ${port} can be opened by root only, and this daemon would not be`;
  if (told.has(message)) return;
  told.add(message);
  subject.add(
    'port-privileged',
    'port',
    message,
    'run it as root, give it CAP_NET_BIND_SERVICE, or let a supervisor pass the socket',
  );
}

const superServers: ReadonlySet<string> = new Set(['kinetd', 'xinetd', 'inetd', 'inetutils-inetd', 'openbsd-inetd']);

function tellTaken(subject: Subject, { address, port, protocol, holder }: BoundSocket, told: Set<string>): void {
  const place = `${address.includes(':') ? `[${address}]` : address}:${port}/${protocol}`;
  if (told.has(place)) return;
  told.add(place);
  if (holder === undefined) {
    subject.add('port-taken', 'port', `${place} is taken by a process that you may not see`, 'look as root');
    return;
  }
  const message = `${place} is held by ${holder.name} (pid ${holder.pid})`;
  if (holder.name === 'kinetd') {
    subject.add('port-taken', 'port', message, 'a reload takes it over', 'note');
  } else if (superServers.has(holder.name)) {
    subject.add('port-taken', 'port', message, `stop ${holder.name} before kinetd starts`, 'note');
  } else {
    subject.add('port-taken', 'port', message, 'stop that, or give the service another port or address');
  }
}

/** Whether the kernel would refuse to bind the endpoint beside the socket. */
function overlaps({ address, port }: BoundSocket, endpoint: InternetEndpoint): boolean {
  if (port !== endpoint.port || endpoint.device !== undefined) return false;
  const held = address.includes(':') ? 'inet6' : 'inet';
  if (held === endpoint.family)
    return address === endpoint.address || isWildcard(address) || isWildcard(endpoint.address);
  // Only a socket for both families stands in the way of the other; whether the other's is one, /proc/net does not say.
  return endpoint.family === 'inet6' && endpoint.stack !== 'only' && isWildcard(endpoint.address);
}

function isWildcard(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}
