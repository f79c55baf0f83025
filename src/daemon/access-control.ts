/**
 * Whether a client may use a service at all, before its limits are looked at: whether it is banned or has touched a sensor, then
 * only_from and no_access, then hosts.allow and hosts.deny. A sensor lets nobody in, whatever its own lists say. The answer may have to wait for a name; see inquiries.ts.
 */
import { AccessList, type HostsTable } from '../access/mod.ts';
import type { Decision, HostName, Local, Peer, Service } from '../model/mod.ts';
import type { HostsBanners } from './hosts-banners.ts';

/** What access depends on besides the service and the client. */
export interface Guard {
  /** For a client of a service that the files know by this name; undefined: nothing is sent. */
  readonly bannerFor: HostsBanners['bannerFor'];
  /** Whether the client has touched a sensor, and its time is not over. */
  readonly isDenied: (address: string) => boolean;
  /** Whether an administrator has banned the client. */
  readonly isBanned: (address: string) => boolean;
  /** The name of an address, or undefined as long as it has not been looked up. */
  readonly nameOf: (address: string) => HostName | undefined;
  /** hosts.allow and hosts.deny as they are now; undefined: they cannot be read, and nobody is to be let in. */
  readonly hosts: () => HostsTable | undefined;
}

const allow: Decision = { verdict: 'allow' };

export class AccessControl {
  readonly #guard: Guard;
  #list: AccessList;
  /** The name of the service in hosts.allow and hosts.deny, as it is written and in lower case. */
  #daemon: { readonly written: string; readonly lower: string } | undefined;
  #server: Service['server'];

  constructor(service: Service, guard: Guard) {
    this.#guard = guard;
    this.#list = listOf(service);
    this.#daemon = daemonOf(service);
    this.#server = service.server;
  }

  /** A reload. */
  update(service: Service): void {
    this.#list = listOf(service);
    this.#daemon = daemonOf(service);
    this.#server = service.server;
  }

  /**
   * @param peer undefined for a `wait` stream, whose lists have been found to admit everyone
   * @param local where the client came to, as far as that is known
   */
  decide(peer: Peer | undefined, local: Local | undefined): Decision {
    if (peer !== undefined && this.#guard.isBanned(peer.address)) return { verdict: 'deny', reason: 'banned' };
    if (this.#server.kind === 'sensor') {
      return { verdict: 'deny', reason: 'address', denyMinutes: this.#server.denyMinutes };
    }
    if (peer !== undefined && this.#guard.isDenied(peer.address)) return { verdict: 'deny', reason: 'address' };
    const answer = peer === undefined ? 'allow' : this.#list.judge(peer.address, this.#guard.nameOf);
    if (answer === 'allow') return this.#daemon === undefined ? allow : this.#askHosts(this.#daemon, peer, local);
    if (answer === 'deny' || peer === undefined) return { verdict: 'deny', reason: 'address' };
    return { verdict: 'ask', address: peer.address, reason: 'address' };
  }

  #askHosts(
    daemon: { readonly written: string; readonly lower: string },
    peer: Peer | undefined,
    local: Local | undefined,
  ): Decision {
    const { hosts, nameOf } = this.#guard;
    const table = hosts();
    if (table === undefined) return { verdict: 'deny', reason: 'libwrap' };
    const found = table.decide({ daemon: daemon.lower, client: peer?.address, local: local?.address, nameOf });
    if (found.verdict === 'ask') return { verdict: 'ask', address: found.address, reason: 'libwrap' };
    const banner =
      found.banners === undefined || peer === undefined || local === undefined
        ? undefined
        : this.#guard.bannerFor(found.banners, daemon.written, peer.address, local.address);
    if (banner !== undefined && 'ask' in banner) return { verdict: 'ask', address: banner.ask, reason: 'libwrap' };
    if (found.verdict === 'allow') return banner === undefined ? allow : { verdict: 'allow', banner: banner.bytes };
    return { verdict: 'deny', reason: 'libwrap', severity: found.severity, banner: banner?.bytes };
  }
}

function listOf({ access, endpoints }: Service): AccessList {
  return new AccessList(
    access,
    // Behind tcpmux clients of both families may come.
    endpoints.length === 0 || endpoints.some(({ stack }) => stack !== 'only'),
  );
}

function daemonOf({
  access: { hostsName },
}: Service): { readonly written: string; readonly lower: string } | undefined {
  return hostsName === undefined ? undefined : { written: hostsName, lower: hostsName.toLowerCase() };
}
