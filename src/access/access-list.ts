/**
 * only_from and no_access, ready to be asked. The most specific block that holds the address decides, as
 * xinetd.conf(5) promises (xinetd itself refuses whatever is in both); when both lists have a block of the same
 * length, no_access wins. An address in neither is admitted unless there is an only_from list.
 *
 * The answer costs one look-up for each prefix length in use, however long the lists are.
 */
import { PrefixSet, parseIp } from '../address/mod.ts';
import type { Access } from '../model/mod.ts';

export class AccessList {
  readonly #only: PrefixSet | undefined;
  readonly #no: PrefixSet;

  constructor({ onlyFrom, noAccess }: Pick<Access, 'onlyFrom' | 'noAccess'>) {
    this.#only = onlyFrom === undefined ? undefined : new PrefixSet(onlyFrom);
    this.#no = new PrefixSet(noAccess);
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
