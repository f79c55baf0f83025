/**
 * The way to the system's log: datagrams to systemd's journal where it has its socket, else to /dev/log, sent without
 * waiting. The socket is connected when the first message goes out and anew whenever the daemon behind it has been replaced;
 * while it is away each message is one failed attempt and nothing more.
 */
import { journalDatagram, type SyslogTransport, type SystemLogEntry, syslogDatagram } from '../log/mod.ts';
import { closeDescriptor, connectUnixDatagram, type Descriptor, SystemError, sendDatagram } from '../os/mod.ts';

interface Connected {
  readonly descriptor: Descriptor;
  readonly form: (entry: SystemLogEntry) => Buffer;
}

export function syslogTransport(syslog = '/dev/log', journal = '/run/systemd/journal/socket'): SyslogTransport {
  let connected: Connected | undefined;

  const attempt = (entry: SystemLogEntry): boolean => {
    connected ??= connect(syslog, journal);
    return sendDatagram(connected.descriptor, connected.form(entry)) === 'sent';
  };

  const disconnect = (): void => {
    if (connected !== undefined) closeDescriptor(connected.descriptor);
    connected = undefined;
  };

  return (entry) => {
    const wasConnected = connected !== undefined;
    try {
      return attempt(entry);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      disconnect();
    }
    if (!wasConnected) return false;
    // A replaced log daemon refuses what goes to its predecessor's socket: the new one gets a second chance.
    try {
      return attempt(entry);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      disconnect();
      return false;
    }
  };
}

/** @throws SystemError when there is neither */
function connect(syslog: string, journal: string): Connected {
  try {
    return { descriptor: connectUnixDatagram(journal), form: journalDatagram };
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
  }
  return { descriptor: connectUnixDatagram(syslog), form: syslogDatagram };
}
