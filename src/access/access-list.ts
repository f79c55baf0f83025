/**
 * only_from and no_access, ready to be asked. The most specific block that holds the address decides, as
 * xinetd.conf(5) promises (xinetd itself refuses whatever is in both); when both lists have a block of the same
 * length, no_access wins. An address in neither is admitted unless there is an only_from list.
 *
 * On a socket for both families an IPv6 block that holds ::ffff:0:0/96, such as `::/0`, holds all IPv4 clients,
 * as under xinetd, where they appear in that form.
 *
 * The answer costs one look-up for each prefix length in use, however long the lists are.
 */
import { PrefixSet, parseIp, sharePrefix } from '../address/mod.ts';
import type { Access, Network } from '../model/mod.ts';

export class AccessList {
  readonly #only: PrefixSet | undefined;
  readonly #no: PrefixSet;

  /** @param dualStack whether IPv4 clients come over IPv6 sockets */
  constructor({ onlyFrom, noAccess }: Pick<Access, 'onlyFrom' | 'noAccess'>, dualStack: boolean) {
    const blocks = (networks: readonly Network[]): readonly Network[] =>
      dualStack && networks.some(holdsMapped)
        ? [...networks, ...networks.filter(holdsMapped).map(allOfIpv4)]
        : networks;
    this.#only = onlyFrom === undefined ? undefined : new PrefixSet(blocks(onlyFrom));
    this.#no = new PrefixSet(blocks(noAccess));
  }

  /** @param address canonical numeric text, with a scope perhaps; what is no address is refused */
  admits(address: string): boolean {
    if (this.#only === undefined && this.#no.size === 0) return true;
    const scope = address.indexOf('%');
    const ip = parseIp(scope === -1 ? address : address.slice(0, scope));
    if (ip === undefined) return false;
    const denied = this.#no.longestMatch(ip);
    const allowed = this.#only?.longestMatch(ip);
    if (this.#only === undefined) return denied === undefined;
    return allowed !== undefined && (denied === undefined || allowed > denied);
  }
}

const mappedIpv4 = parseIp('::ffff:0:0');

/** Longer blocks of mapped addresses are IPv4 blocks by the time they come here. */
function holdsMapped({ family, address, prefix }: Network): boolean {
  if (family !== 'inet6' || prefix > 96 || mappedIpv4 === undefined) return false;
  const ip = parseIp(address);
  return ip !== undefined && sharePrefix(ip, mappedIpv4, prefix);
}

function allOfIpv4({ text }: Network): Network {
  return { family: 'inet', address: '0.0.0.0', prefix: 0, text };
}
