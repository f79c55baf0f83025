/**
 * The senders of a datagram service that does not wait: each gets a socket of its own, and a server on it.
 *
 * Whatever waits in the common queue is dealt with in one go, and nobody's server is started before that: a sender that
 * has sent several datagrams before it got its socket gets all of them there. What comes later the kernel gives to the
 * right socket by itself. Servers of senders that keep silent, as forged ones do, are what `instances`, rates and
 * `timeout` are for.
 */
import type { Ends } from '../launch/mod.ts';
import {
  firstOpening,
  isAnswerable,
  type Listener,
  moveFirst,
  type Opening,
  openConversation,
} from '../listener/mod.ts';
import type { Clock } from '../log/mod.ts';
import type { Peer, Service } from '../model/mod.ts';
import { closeDescriptor, type Descriptor, SystemError } from '../os/mod.ts';
import type { Gate } from './gate.ts';
import type { NameWait } from './name-wait.ts';
import { shownAddress } from './privacy.ts';
import type { Refusal } from './refusal.ts';
import { isRecent } from './repeated-trouble.ts';
import type { ServiceLaunches } from './service-launches.ts';

/** Datagrams dealt with before the other listeners get their turn. */
const mostTogether = 64;

/** The system lacks something that comes back by itself; the datagram stays where it is. */
const shortages: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EAGAIN']);

/** What of a running service it needs; see PendingService. */
interface Surroundings {
  readonly service: () => Service;
  readonly gate: Gate;
  readonly nameWait: NameWait;
  readonly enter: (peer: Peer) => void;
  readonly starve: (listener: Listener, code: string) => void;
  readonly hold: (listener: Listener) => void;
  readonly complain: (message: string) => void;
  readonly clock: Clock;
}

interface Conversation extends Opening {
  readonly descriptor: Descriptor;
}

export class Conversations {
  readonly #around: Surroundings;
  readonly #refuse: (listener: Listener, refusal: Refusal) => void;
  #saidAt: number | undefined;

  /** @param refuse takes the first datagram out of the queue, and tells of it */
  constructor(around: Surroundings, refuse: (listener: Listener, refusal: Refusal) => void) {
    this.#around = around;
    this.#refuse = refuse;
  }

  /** Something waits in the queue of the listener. */
  begin(listener: Listener, launches: ServiceLaunches): void {
    const begun = new Map<string, Conversation>();
    for (let count = 0; count < mostTogether; count++) {
      const common = listener.state === 'listening' ? listener.descriptor : undefined;
      const opening = common === undefined ? undefined : firstOpening(common);
      if (common === undefined || opening === undefined || !this.#take(listener, common, opening, begun)) break;
    }
    const here = begun.size === 1 && launches.quick;
    for (const { descriptor, peer, local } of begun.values()) {
      const ends: Ends = { peer, local };
      launches.serve(descriptor, ends, here);
    }
    if (launches.crowded) this.#around.hold(listener);
  }

  /** @returns false when the first datagram stays where it is, or has to be looked at anew */
  #take(listener: Listener, common: Descriptor, opening: Opening, begun: Map<string, Conversation>): boolean {
    const { peer, local } = opening;
    const key = `${peer.address} ${peer.port} ${local.address}`;
    const known = begun.get(key);
    if (known === undefined && !this.#admits(listener, opening)) return listener.state === 'listening';
    let descriptor = known?.descriptor;
    try {
      descriptor ??= openConversation(this.#around.service(), opening);
      moveFirst(common, opening, descriptor);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      if (known === undefined && descriptor !== undefined) closeDescriptor(descriptor);
      return this.#failed(listener, opening, error);
    }
    if (known !== undefined) return true;
    begun.set(key, { ...opening, descriptor });
    this.#around.enter(peer);
    return true;
  }

  #admits(listener: Listener, opening: Opening): boolean {
    if (!isAnswerable(opening)) {
      listener.discardFirst();
      return false;
    }
    const { gate, nameWait } = this.#around;
    const decision = gate.decide(opening.peer, opening.local);
    if (decision.verdict === 'ask' && nameWait.rest(decision.address, listener)) return false;
    if (decision.verdict === 'allow') return gate.mayStart(listener);
    this.#refuse(listener, decision);
    return false;
  }

  /** A sender that nothing can be sent to loses its datagram, or everybody behind it would wait for ever. */
  #failed(listener: Listener, { peer }: Opening, error: SystemError): boolean {
    if (shortages.has(error.code)) {
      this.#around.starve(listener, error.code);
      return false;
    }
    if (error.syscall !== 'splice') listener.discardFirst();
    const time = this.#around.clock();
    if (this.#saidAt === undefined || !isRecent(this.#saidAt, time)) {
      this.#saidAt = time;
      const { addressPrivacy } = this.#around.service().logging;
      const sender = shownAddress(addressPrivacy, peer.address);
      this.#around.complain(`a datagram from ${sender} is lost: ${error.message}`);
    }
    return true;
  }
}
