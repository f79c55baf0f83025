/**
 * The clients of one service about whom an ident server is asked (RFC 1413). The worker asks; here is who waits for the
 * answer. Nobody else waits meanwhile: xinetd asks in a process of the client's own, here it is a task of the worker.
 *
 * All of it is bounded, since every client can run an ident server that does not answer: each question by its time, those
 * about clients to be served and those about refused ones by their number.
 */
import type { Occupancy } from '../limit/mod.ts';
import type { Decision, IdentAnswer, ServiceRecord } from '../model/mod.ts';
import { type Connection, closeDescriptor } from '../os/mod.ts';
import type { Job, TaskId, Worker } from '../worker/mod.ts';
import type { Refusal } from './refusal.ts';

/** xinetd's time. With IDONLY it waits for ever. */
const askMilliseconds = 30_000;
/** Clients of one service that wait for the answer about them. */
const mostWaiting = 1024;
/** Refused clients of one service: xinetd's `-logprocs`. */
const mostRefused = 15;

const notAsked: IdentAnswer = { failure: 'system error' };

/** What of a running service its clients concern. */
export interface IdentifyingService {
  /** Whether who is not named is not served. */
  readonly required: () => boolean;
  readonly occupancy: Pick<Occupancy, 'enter' | 'leave'>;
  readonly record: (record: ServiceRecord) => void;
  /** Whether access still lets the client in: a reload may have changed the rules meanwhile. */
  readonly review: (connection: Connection) => Decision;
  readonly turnAway: (connection: Connection, refusal: Refusal) => void;
  /** Closes a connection whose refusal has been told. */
  readonly dismiss: (connection: Connection) => void;
  /** A place may have become free. */
  readonly advance: () => void;
}

export class Identifier {
  readonly #worker: Worker;
  readonly #service: IdentifyingService;
  readonly #waiting = new Map<TaskId, Connection>();
  readonly #refused = new Set<TaskId>();

  constructor(worker: Worker, service: IdentifyingService) {
    this.#worker = worker;
    this.#service = service;
  }

  /** Clients that wait to be served; each has a place in the limits of the service. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * About a client that is to be served.
   * @param begin called when it can be, maybe at once, with what the ident server has said
   */
  ask(connection: Connection, begin: (user: string | undefined) => void): void {
    let task: TaskId | undefined;
    const answered = (answer: IdentAnswer): void => {
      if (task === undefined || !this.#waiting.delete(task)) return;
      this.#service.occupancy.leave(connection.peer.address);
      this.#decide(answer, connection, begin);
      this.#service.advance();
    };
    if (this.#waiting.size < mostWaiting) {
      task = this.#worker.serve(jobOf(connection), connection.descriptor, {
        onStarted: () => {},
        onRefused: () => answered(notAsked),
        onEnded: ({ answer }) => answered(answer ?? notAsked),
      });
    }
    if (task === undefined) {
      this.#decide(notAsked, connection, begin);
      return;
    }
    this.#waiting.set(task, connection);
    this.#service.occupancy.enter(connection.peer.address);
  }

  /**
   * About a client that is refused, for the log alone. The worker has its connection until there is an answer.
   * @param handedOver called once, maybe at once: the daemon's own descriptor can be closed
   */
  askRefused(connection: Connection, handedOver: () => void): void {
    let task: TaskId | undefined;
    const over = (): void => {
      if (task !== undefined) this.#refused.delete(task);
    };
    if (this.#refused.size < mostRefused) {
      task = this.#worker.serve(jobOf(connection), connection.descriptor, {
        onStarted: handedOver,
        onRefused: () => {
          over();
          handedOver();
        },
        onEnded: ({ answer }) => {
          over();
          this.#tell(answer ?? notAsked, 'refused');
        },
      });
    }
    if (task === undefined) handedOver();
    else this.#refused.add(task);
  }

  #decide(answer: IdentAnswer, connection: Connection, begin: (user: string | undefined) => void): void {
    this.#tell(answer, 'served');
    if ('failure' in answer && this.#service.required()) {
      this.#service.record({ event: 'noid', reason: answer.failure, from: connection.peer.address });
      this.#service.dismiss(connection);
      return;
    }
    const decision = this.#service.review(connection);
    if (decision.verdict === 'allow') begin('user' in answer ? answer.user : undefined);
    else this.#service.turnAway(connection, decision);
  }

  #tell(answer: IdentAnswer, of: 'served' | 'refused'): void {
    if ('user' in answer) this.#service.record({ event: 'userid', user: answer.user, of });
  }

  /** The service has ended: closes the connections that wait to be served. */
  end(): void {
    for (const [task, { peer, descriptor }] of this.#waiting) {
      this.#waiting.delete(task);
      this.#worker.end(task);
      this.#service.occupancy.leave(peer.address);
      closeDescriptor(descriptor);
    }
  }
}

function jobOf({ peer, local }: Connection): Job {
  const client = { address: peer.address, port: peer.port };
  return { kind: 'ident', client, local: { address: local.address, port: local.port }, milliseconds: askMilliseconds };
}
