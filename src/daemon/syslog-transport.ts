/**
 * The way to the system's log: datagrams to /dev/log, sent without waiting. The socket is connected when the first
 * message goes out and anew whenever the syslog daemon has been replaced; while it is away each message is one
 * failed send and nothing more.
 */
import type { SyslogTransport } from '../log/mod.ts';
import { closeDescriptor, connectUnixDatagram, type Descriptor, SystemError, sendDatagram } from '../os/mod.ts';

export function syslogTransport(path = '/dev/log'): SyslogTransport {
  let descriptor: Descriptor | undefined;

  const attempt = (datagram: Buffer): boolean => {
    descriptor ??= connectUnixDatagram(path);
    return sendDatagram(descriptor, datagram) === 'sent';
  };

  const disconnect = (): void => {
    if (descriptor !== undefined) closeDescriptor(descriptor);
    descriptor = undefined;
  };

  return (datagram) => {
    const connected = descriptor !== undefined;
    try {
      return attempt(datagram);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      disconnect();
    }
    if (!connected) return false;
    // A replaced syslog daemon refuses what goes to its predecessor's socket: the new one gets a second chance.
    try {
      return attempt(datagram);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      disconnect();
      return false;
    }
  };
}
