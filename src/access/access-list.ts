/**
 * only_from and no_access, ready to be asked. The most specific entry that holds the client decides, as
 * xinetd.conf(5) promises (xinetd itself refuses whatever is in both); when both lists have one that is as specific,
 * no_access wins. A client in neither is admitted unless there is an only_from list.
 *
 * An address and a host name are as specific as can be; of blocks the longer prefix is more specific, of domains the
 * one with more labels; a block and a domain cannot be compared and count as equal.
 *
 * On a socket for both families an IPv6 block that holds ::ffff:0:0/96, such as `::/0`, holds all IPv4 clients,
 * as under xinetd, where they appear in that form.
 *
 * The answer costs one look-up for each prefix length in use, however long the lists are. The client's name is asked
 * for only when it can change the answer.
 */
import { type IpAddress, longestPrefix, PrefixSet, parseIp, sharePrefix } from '../address/mod.ts';
import type { Access, HostName, NamePattern, Network } from '../model/mod.ts';

/** `ask`: the name of the client has to be known first. */
export type ListAnswer = 'allow' | 'deny' | 'ask';

export class AccessList {
  readonly #only: Entries | undefined;
  readonly #no: Entries;

  /** @param dualStack whether IPv4 clients come over IPv6 sockets */
  constructor({ onlyFrom, noAccess, names }: Pick<Access, 'onlyFrom' | 'noAccess' | 'names'>, dualStack: boolean) {
    const blocks = (networks: readonly Network[]): readonly Network[] =>
      dualStack && networks.some(holdsMapped)
        ? [...networks, ...networks.filter(holdsMapped).map(allOfIpv4)]
        : networks;
    this.#only = onlyFrom === undefined ? undefined : new Entries(blocks(onlyFrom), names?.onlyFrom ?? []);
    this.#no = new Entries(blocks(noAccess), names?.noAccess ?? []);
  }

  /**
   * @param address canonical numeric text, with a scope perhaps; what is no address is refused
   * @param nameOf its name, or undefined as long as that has not been looked up
   */
  judge(address: string, nameOf: (address: string) => HostName | undefined): ListAnswer {
    const only = this.#only;
    const no = this.#no;
    if (only === undefined && no.empty) return 'allow';
    const scope = address.indexOf('%');
    const ip = parseIp(scope === -1 ? address : address.slice(0, scope));
    if (ip === undefined) return 'deny';
    const allowed = only?.byAddress(ip);
    const denied = no.byAddress(ip);
    const answer = weigh(only === undefined ? 'everyone' : allowed, denied);
    // A name can only add to what speaks for the client, and to what speaks against it.
    const mayChange = answer === 'allow' ? no.hasNames : only?.hasNames === true && !denied.whole;
    if (!mayChange) return answer;
    const name = nameOf(address);
    if (name === undefined) return 'ask';
    if (name.kind === 'none') return answer;
    // Nobody knows whether the entries with names hold this client.
    if (name.kind !== 'known') return 'deny';
    const allowedByName = only === undefined || allowed === undefined ? 'everyone' : only.byName(allowed, name.name);
    return weigh(allowedByName, no.byName(denied, name.name));
  }
}

/** The most specific entries of one list that hold a client. */
interface Held {
  /** By its whole address or its whole name. */
  readonly whole: boolean;
  /** The longest prefix of a block; undefined: no block holds it. */
  readonly prefix: number | undefined;
  /** The labels of the longest domain; undefined: no domain does. */
  readonly labels: number | undefined;
}

class Entries {
  readonly #blocks: PrefixSet;
  readonly #hosts: ReadonlySet<string>;
  readonly #domains: ReadonlySet<string>;

  constructor(networks: readonly Network[], names: readonly NamePattern[]) {
    this.#blocks = new PrefixSet(networks);
    this.#hosts = new Set(names.filter(({ kind }) => kind === 'host').map(({ name }) => name));
    this.#domains = new Set(names.filter(({ kind }) => kind === 'domain').map(({ name }) => name));
  }

  get empty(): boolean {
    return this.#blocks.size === 0 && !this.hasNames;
  }

  get hasNames(): boolean {
    return this.#hosts.size + this.#domains.size > 0;
  }

  byAddress(ip: IpAddress): Held {
    const prefix = this.#blocks.longestMatch(ip);
    return { whole: prefix === longestPrefix(ip), prefix, labels: undefined };
  }

  byName(held: Held, name: string): Held {
    return { ...held, whole: held.whole || this.#hosts.has(name), labels: this.#longestDomain(name) };
  }

  /** `a.b.example` is in `b.example` and in `example`; a domain does not hold the host of its own name. */
  #longestDomain(name: string): number | undefined {
    for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
      const domain = name.slice(dot + 1);
      if (this.#domains.has(domain)) return domain.split('.').length;
    }
    return undefined;
  }
}

/** @param allowed `everyone`: there is no only_from */
function weigh(allowed: Held | 'everyone' | undefined, denied: Held): 'allow' | 'deny' {
  const isDenied = denied.whole || denied.prefix !== undefined || denied.labels !== undefined;
  if (allowed === undefined) return 'deny';
  if (allowed === 'everyone') return isDenied ? 'deny' : 'allow';
  if (denied.whole) return 'deny';
  if (allowed.whole) return 'allow';
  const byBlock = denied.labels === undefined && above(allowed.prefix, denied.prefix);
  const byDomain = denied.prefix === undefined && above(allowed.labels, denied.labels);
  return byBlock || byDomain ? 'allow' : 'deny';
}

function above(one: number | undefined, other: number | undefined): boolean {
  return one !== undefined && (other === undefined || one > other);
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
