/**
 * What a service asks for and this version does not do yet, or kinetd will not do. Such a service is refused: running
 * it without what its text says could mean running it unguarded.
 */
import type { Definition } from '../definition.ts';
import { laterUses } from '../xinetd/mod.ts';
import type { Findings } from './findings.ts';

/** Words of xinetd that need a part of the system which kinetd does not work with: the reason, and what to do. */
export function checkAvailable({ settings }: Definition, findings: Findings): void {
  if (settings.flags?.has('LABELED') === true) {
    findings.add(
      'not-available',
      'flags',
      'LABELED needs SELinux, which kinetd does not work with: the program would not run in the context of its client',
      'take LABELED out if the program may run in the context of the daemon',
    );
  }
  if (settings.mdns === true) {
    findings.add(
      'not-available',
      'mdns',
      'mdns = yes needs a responder for multicast DNS, and kinetd has none: nobody would announce the service',
      'write mdns = no, and announce the service by other means, such as a file in /etc/avahi/services',
    );
  }
}

/** The attribute table knows what xinetd.conf can ask for; the rest is what an inetd.conf has for it. */
export function checkSupported(definition: Definition, findings: Findings): void {
  const { dialect, inetd } = definition;
  if (dialect === 'xinetd') {
    const help = 'the service is refused rather than run without it';
    for (const { attribute, what } of laterUses(definition)) {
      findings.add('not-supported-yet', attribute, `${what} is not supported yet`, help);
    }
    return;
  }
  // FreeBSD's services without one have the class `daemon`.
  if (inetd?.loginClass !== undefined && inetd.loginClass !== 'daemon') {
    findings.add(
      'not-supported-yet',
      'user',
      `the login class '${inetd.loginClass}' is not supported: Linux has no login.conf`,
      'leave it off, and give the service limits in an xinetd.conf entry',
    );
  }
}
