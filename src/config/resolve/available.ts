/**
 * What a service asks for and kinetd does not do: the reason, and what to do. Such a service is refused: running it
 * without what its text says could mean running it unguarded.
 */
import type { Definition } from '../definition.ts';
import type { Findings } from './findings.ts';

export function checkAvailable({ settings, inetd }: Definition, findings: Findings): void {
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
  // FreeBSD's services without one have the class `daemon`.
  if (inetd?.loginClass !== undefined && inetd.loginClass !== 'daemon') {
    findings.add(
      'not-available',
      'user',
      `the login class '${inetd.loginClass}' is not supported: Linux has no login.conf`,
      'leave it off, and give the service limits in an xinetd.conf entry',
    );
  }
}
