/**
 * Whether a client may use a service at all, before its limits are looked at: only_from and no_access, then hosts.allow
 * and hosts.deny. The answer may have to wait for a name; see inquiries.ts.
 */
import { AccessList } from '../access/mod.ts';
import type { Decision, HostName, Peer, Service } from '../model/mod.ts';

/** What access depends on besides the service and the client. */
export interface Guard {
  /** The name of an address, or undefined as long as it has not been looked up. */
  readonly nameOf: (address: string) => HostName | undefined;
}

const allow: Decision = { verdict: 'allow' };

export class AccessControl {
  readonly #guard: Guard;
  #list: AccessList;

  constructor(service: Service, guard: Guard) {
    this.#guard = guard;
    this.#list = listOf(service);
  }

  /** A reload. */
  update(service: Service): void {
    this.#list = listOf(service);
  }

  /** @param peer undefined for a `wait` stream, whose lists have been found to admit everyone */
  decide(peer: Peer | undefined): Decision {
    if (peer === undefined) return allow;
    const { address } = peer;
    const answer = this.#list.judge(address, this.#guard.nameOf);
    if (answer === 'allow') return allow;
    if (answer === 'deny') return { verdict: 'deny', reason: 'address' };
    return { verdict: 'ask', address, reason: 'address' };
  }
}

function listOf({ access, endpoints }: Service): AccessList {
  return new AccessList(
    access,
    endpoints.some(({ stack }) => stack !== 'only'),
  );
}
