/**
 * What a service asks for and this version does not do yet. Such a service is refused: running it without
 * what its text says could mean running it unguarded.
 */
import type { Definition } from '../definition.ts';
import type { Findings } from './findings.ts';

/** The reader of xinetd.conf checks its own attributes; this is what only a line of an inetd.conf can ask for. */
export function checkSupported({ dialect, settings, inetd }: Definition, findings: Findings): void {
  if (dialect !== 'inetd') return;
  if (settings.type?.has('INTERNAL') === true) {
    findings.add(
      'not-supported-yet',
      'type',
      'internal services are not supported yet',
      'comment the line out, or name a program',
    );
  }
  if (settings.type?.has('RPC') === true && settings.type.has('INTERNAL') === false) {
    findings.add('not-supported-yet', 'type', 'RPC services are not supported yet', 'comment the line out');
  }
  if (inetd?.transport === 'unix') {
    findings.add('not-supported-yet', undefined, 'Unix sockets are not supported yet', 'give the service a port');
  }
}
