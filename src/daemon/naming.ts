/**
 * The clients of one service whose servers are told the names of both ends (`resolve = yes`). A name that is known
 * already costs nothing; for one that is not, the client is kept aside with a place in the limits of its service, and
 * everything goes on without it. Whatever comes out, it is served: a name that cannot be found in time, or for which too
 * many wait already, is not told.
 *
 * Names are those of inquiries.ts: they lead back to their address, are bounded in time and number, and are remembered.
 */
import { type EndNames, namesNeeded } from '../launch/mod.ts';
import type { Occupancy } from '../limit/mod.ts';
import type { Decision, Peer, Service } from '../model/mod.ts';
import { type Connection, closeDescriptor } from '../os/mod.ts';
import type { Inquiries } from './inquiries.ts';
import type { Refusal } from './refusal.ts';

/** What of a running service its clients concern. */
export interface NamingService {
  readonly service: () => Service;
  readonly occupancy: Pick<Occupancy, 'enter' | 'leave'>;
  /** Whether access still lets the client in: a reload may have changed the rules meanwhile. */
  readonly review: (connection: Connection) => Decision;
  readonly turnAway: (connection: Connection, refusal: Refusal) => void;
  /** A place may have become free. */
  readonly advance: () => void;
}

type NamesNeeded = ReturnType<typeof namesNeeded>;

const nothing: NamesNeeded = { remote: false, local: false };

/** @param waited whether others have been served since the client was let in */
type Begin = (names: EndNames, waited: boolean) => void;

export class Naming {
  readonly #inquiries: Pick<Inquiries, 'nameOf' | 'wait' | 'dismiss'>;
  readonly #service: NamingService;
  #waiting = 0;
  #of: Service | undefined;
  #needed: NamesNeeded = nothing;

  constructor(inquiries: Pick<Inquiries, 'nameOf' | 'wait' | 'dismiss'>, service: NamingService) {
    this.#inquiries = inquiries;
    this.#service = service;
  }

  /** Clients that wait to be served; each has a place in the limits of the service. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Calls `begin` when as much is known of the client's names as will be, maybe at once. */
  ask(connection: Connection, begin: Begin): void {
    const addresses = this.#addresses(connection);
    if (this.#look(connection, addresses, begin)) this.#enter(connection);
    else begin(this.#names(connection), false);
  }

  /** The service has ended: closes the connections that wait to be served. */
  end(): void {
    this.#inquiries.dismiss(this);
  }

  /**
   * Waits for one name after the other, for each once.
   * @returns false when there is nothing to wait for
   */
  #look(connection: Connection, addresses: readonly string[], begin: Begin): boolean {
    const next = addresses.findIndex((address) => this.#inquiries.nameOf(address) === undefined);
    const address = addresses[next];
    if (address === undefined) return false;
    return this.#inquiries.wait(address, this, {
      answered: () => {
        if (!this.#look(connection, addresses.slice(next + 1), begin)) this.#decide(connection, begin);
      },
      dismissed: () => {
        this.#leave(connection);
        closeDescriptor(connection.descriptor);
      },
    });
  }

  #decide(connection: Connection, begin: Begin): void {
    this.#leave(connection);
    const decision = this.#service.review(connection);
    if (decision.verdict === 'allow') begin(this.#names(connection), true);
    else this.#service.turnAway(connection, decision);
    this.#service.advance();
  }

  #enter({ peer }: Connection): void {
    this.#waiting++;
    this.#service.occupancy.enter(peer.address);
  }

  #leave({ peer }: Connection): void {
    this.#waiting--;
    this.#service.occupancy.leave(peer.address);
  }

  #addresses({ peer, local }: Connection): readonly string[] {
    const { remote, local: own } = this.#needs;
    if (isUnix(peer) || (!remote && !own)) return [];
    return [...(remote ? [peer.address] : []), ...(own ? [local.address] : [])];
  }

  #names({ peer, local }: Connection): EndNames {
    const { remote, local: own } = this.#needs;
    if (isUnix(peer) || (!remote && !own)) return {};
    return {
      remote: remote ? this.#known(peer.address) : undefined,
      local: own ? this.#known(local.address) : undefined,
    };
  }

  /** By the text that holds now; most connections need nothing, so that it is not worked out for each. */
  get #needs(): NamesNeeded {
    const service = this.#service.service();
    if (service !== this.#of) {
      const { server, protocol } = service;
      this.#of = service;
      this.#needed = server.kind === 'program' ? namesNeeded(protocol, server.launch) : nothing;
    }
    return this.#needed;
  }

  #known(address: string): string | undefined {
    const name = this.#inquiries.nameOf(address);
    return name?.kind === 'known' ? name.name : undefined;
  }
}

/** A service of TCP may have Unix sockets besides, whose ends have no names. */
function isUnix({ credentials }: Peer): boolean {
  return credentials !== undefined;
}
