/**
 * Names of addresses through the C library's name service, so that /etc/hosts and directories count as they do for
 * every other program: getnameinfo(3) for the name, getaddrinfo(3) to see whether it leads back (forward confirmation).
 *
 * Both block a thread for as long as the name server keeps silent. Only half of the threads of this process may be
 * taken by that: the others start servers.
 */
import { promises as dns } from 'node:dns';

import { formatIp, parseIp, unmapIp } from '../address/mod.ts';
import type { HostName } from '../model/mod.ts';
import type { Resolver } from './inquiries.ts';

/** Of libuv's four threads. */
const atOnce = 2;

export const systemResolver: Resolver = { atOnce, nameOf };

async function nameOf(address: string): Promise<HostName> {
  try {
    const { hostname } = await dns.lookupService(address, 0);
    // Without a name the answer is the address itself.
    if (canonical(hostname) !== undefined) return { kind: 'none' };
    const name = hostName(hostname);
    if (name === undefined) return { kind: 'mismatch' };
    return (await leadsTo(name, address)) ? { kind: 'known', name } : { kind: 'mismatch' };
  } catch (error) {
    return codeOf(error) === 'ENOTFOUND' ? { kind: 'none' } : { kind: 'failed' };
  }
}

async function leadsTo(name: string, address: string): Promise<boolean> {
  const wanted = canonical(address);
  try {
    const found = await dns.lookup(name, { all: true });
    return found.some((candidate) => canonical(candidate.address) === wanted);
  } catch (error) {
    if (codeOf(error) === 'ENOTFOUND') return false;
    throw error;
  }
}

/**
 * What a name server says may be anything. Text that is no host name (RFC 1123, and underscores, which many hosts
 * have) is used neither to compare nor to log.
 */
export function hostName(text: string): string | undefined {
  const name = text.toLowerCase().replace(/\.$/, '');
  const sensible = name.length <= 253 && /^[a-z\d_-]{1,63}(\.[a-z\d_-]{1,63})*$/.test(name);
  // A name that ends in a number would pass for an address.
  return sensible && !/(^|\.)\d+$/.test(name) ? name : undefined;
}

/** The address without its scope, in its one spelling; undefined when the text is none. */
function canonical(text: string): string | undefined {
  const scope = text.indexOf('%');
  const ip = parseIp(scope === -1 ? text : text.slice(0, scope));
  return ip === undefined ? undefined : formatIp(unmapIp(ip));
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
