/**
 * Connections that are turned away: the logs tell why, an ident server is asked who it was where that is logged, and the
 * client gets the banners that are meant for it. Nobody is waited for.
 */
import type { DaemonLog } from '../log/mod.ts';
import type { Service } from '../model/mod.ts';
import { type Connection, closeDescriptor, type Descriptor } from '../os/mod.ts';
import type { Farewells } from './farewells.ts';
import { type Greeter, sendBanner } from './greeter.ts';
import type { Identifier } from './identifier.ts';
import type { Refusal, Refusals } from './refusal.ts';

/** What of a running service it needs. */
export interface RefusingService {
  /** The text that holds now. */
  readonly service: () => Service;
  readonly greeter: () => Greeter | undefined;
  readonly refusals: Refusals;
  readonly identifier: () => Identifier;
}

export class TurningAway {
  readonly #host: RefusingService;
  readonly #farewells: Farewells;
  readonly #log: DaemonLog;

  constructor(host: RefusingService, { farewells, log }: { readonly farewells: Farewells; readonly log: DaemonLog }) {
    this.#host = host;
    this.#farewells = farewells;
    this.#log = log;
  }

  /** The descriptor is closed, now or a moment later. */
  refuse(connection: Connection, refusal: Refusal): void {
    const { descriptor, peer } = connection;
    const service = this.#host.service();
    this.#host.refusals.tell(service, refusal, peer.address);
    const banner = refusal.verdict === 'deny' ? refusal.banner : undefined;
    if (banner !== undefined) this.sendByHosts(banner, descriptor);
    const close = (): void => this.close(descriptor, banner !== undefined);
    if (service.identification?.ofRefused === true && connection.peer.credentials === undefined)
      this.#host.identifier().askRefused(connection, close);
    else close();
  }

  /** Sends what hosts.allow or hosts.deny have for a client. */
  sendByHosts(banner: Uint8Array, descriptor: Descriptor): void {
    sendBanner(banner, descriptor, `service = ${this.#host.service().id}, banner of the hosts files`, this.#log);
  }

  /** @param told the client has been sent something, and should be able to read it */
  close(descriptor: Descriptor, told = false): void {
    const regretted = this.#host.greeter()?.regret(descriptor) === true;
    if (told || regretted) this.#farewells.add(descriptor);
    else closeDescriptor(descriptor);
  }
}
