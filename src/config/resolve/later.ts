/**
 * What a service asks for and this version does not do yet. Such a service is refused: running it without
 * what its text says could mean running it unguarded.
 */
import type { Definition } from '../definition.ts';
import { laterUses } from '../xinetd/mod.ts';
import type { Findings } from './findings.ts';

/** The attribute table knows what xinetd.conf can ask for; the rest is what an inetd.conf has for it. */
export function checkSupported(definition: Definition, findings: Findings): void {
  const { dialect, settings, inetd } = definition;
  if (dialect === 'xinetd') {
    const help = 'the service is refused rather than run without it';
    for (const { attribute, what } of laterUses(definition)) {
      findings.add('not-supported-yet', attribute, `${what} is not supported yet`, help);
    }
    return;
  }
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
