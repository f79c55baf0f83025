/**
 * What comes to a socket that nobody accepts on: datagrams, and clients of `wait` streams. The daemon looks at the
 * sender without reading anything, and hands the socket to a server, gives each sender one of its own, lends it to the
 * worker, or takes out of the queue what is refused.
 */
import type { Listener } from '../listener/mod.ts';
import type { Clock } from '../log/mod.ts';
import { hasConnections, type Peer, type Service } from '../model/mod.ts';
import type { Answer } from './answer.ts';
import { Conversations } from './conversations.ts';
import type { Delegated } from './delegated.ts';
import type { Gate } from './gate.ts';
import type { NameWait } from './name-wait.ts';
import type { Refusal, Refusals } from './refusal.ts';
import type { ServiceEvents } from './service-events.ts';

/** What of a running service it needs. */
export interface PendingService {
  /** The text that holds now, and who answers by it. */
  readonly service: () => Service;
  readonly answer: () => Answer;
  readonly gate: Gate;
  readonly events: ServiceEvents;
  readonly refusals: Refusals;
  readonly nameWait: NameWait;
  readonly delegated: () => Delegated;
  /** A place in its limits is taken, and given back. */
  readonly enter: (peer: Peer | undefined) => void;
  readonly leave: (peer: Peer | undefined) => void;
  /** There is no descriptor for what came. */
  readonly starve: (listener: Listener, code: string) => void;
  /** Enough launches are under way: what comes waits in the kernel's queue. */
  readonly hold: (listener: Listener) => void;
  readonly complain: (message: string) => void;
  readonly clock: Clock;
}

export class Pending {
  readonly #host: PendingService;
  readonly #conversations: Conversations;

  constructor(host: PendingService) {
    this.#host = host;
    this.#conversations = new Conversations(host, (listener, refusal) => this.#refuse(listener, refusal));
  }

  serve(listener: Listener): void {
    const { gate, nameWait, delegated, enter, leave, starve } = this.#host;
    const service = this.#host.service();
    const answer = this.#host.answer();
    if (answer.kind === 'program' && !service.wait) {
      this.#conversations.begin(listener, answer.launches);
      return;
    }
    const stream = hasConnections(service.socketType);
    const peer = stream ? undefined : listener.firstSender();
    if (!stream && peer === undefined) return;
    const local = stream ? listener.local : listener.onlyAddress;
    const decision = gate.decide(peer, local);
    if (decision.verdict === 'ask' && nameWait.rest(decision.address, listener)) return;
    if (decision.verdict !== 'allow') {
      this.#refuse(listener, decision);
      return;
    }
    if (answer.kind === 'sensor') throw new Error('a sensor lets nobody in');
    if (!gate.mayStart(listener)) return;
    if (answer.kind !== 'program') {
      if (peer !== undefined && answer.kind === 'builtin')
        delegated().lend(answer, service.limits.rates !== undefined, listener, peer);
    } else {
      enter(peer);
      const failure = answer.launches.handOver(listener, { peer, local });
      if (failure === undefined) return;
      leave(peer);
      starve(listener, failure);
    }
  }

  /** Somebody else has sent to a socket that the worker has. It cannot wait for his name; he may send again. */
  judgeSender(listener: Listener, sender: Peer): boolean {
    const { gate, events, nameWait, refusals } = this.#host;
    const decision = gate.decide(sender, listener.onlyAddress);
    if (decision.verdict === 'allow') {
      events.record({ event: 'start', pid: 0, from: sender.address });
      return true;
    }
    if (decision.verdict === 'ask') nameWait.find(decision.address);
    refusals.tellSender(this.#host.service(), decision, sender);
    return false;
  }

  /**
   * What came first is taken out of the queue unread, so that the next in it gets its turn; under xinetd such a
   * service answers nobody ever again.
   */
  #refuse(listener: Listener, refusal: Refusal): void {
    const { refusals, starve } = this.#host;
    const service = this.#host.service();
    if (listener.state !== 'listening') {
      const from = hasConnections(service.socketType) ? undefined : listener.firstSender()?.address;
      refusals.tell(service, refusal, from);
      return;
    }
    const { peer, failure } = listener.discardFirst();
    if (failure !== undefined) starve(listener, failure);
    else refusals.tellSender(service, refusal, peer);
  }
}
