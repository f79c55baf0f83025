/**
 * The servers of one service from their start to their end: START, the time limit, EXIT, and what becomes free then.
 * A server that could not be started is FAIL, and its place is free at once.
 */
import type { Ends, Server, ServerTimes } from '../launch/mod.ts';
import type { Listener } from '../listener/mod.ts';
import type { Clock } from '../log/mod.ts';
import type { ExitFacts, LaunchStep, Peer } from '../model/mod.ts';
import type { Ports } from './ports.ts';
import type { ServiceEvents } from './service-events.ts';
import type { LaunchObserver } from './service-launches.ts';
import type { Starvation } from './starvation.ts';

/** A `wait` service whose server could not be started is tried again after this; xinetd retries a fork as slowly. */
export const launchRetrySeconds = 5;

/** What of a running service it needs. */
export interface ServingService {
  /** Whose servers they are. */
  readonly owner: object;
  readonly clock: Clock;
  readonly events: ServiceEvents;
  readonly ports: Ports;
  readonly starvation: Starvation;
  /** The time limit that holds now. */
  readonly times: () => ServerTimes | undefined;
  /** A place has become free. */
  readonly leave: (peer: Peer | undefined) => void;
}

export class ServiceServers implements LaunchObserver {
  readonly #service: ServingService;

  constructor(service: ServingService) {
    this.#service = service;
  }

  onLaunched(pid: number, { peer }: Ends, waiting: Listener | undefined, seconds: number): Server {
    const { events, owner, clock } = this.#service;
    events.record({ event: 'start', pid, from: peer?.address, launchSeconds: seconds });
    const times = this.#service.times();
    times?.begin(pid);
    return {
      pid,
      peer,
      owner,
      awaited: waiting !== undefined,
      startedAt: clock(),
      onExit: (server, facts) => this.#ended(server, facts, waiting, times?.end(pid) ?? false),
    };
  }

  onLaunchFailed(message: string, step: LaunchStep, { peer }: Ends, waiting: Listener | undefined): void {
    const { events, leave, ports } = this.#service;
    events.complain(message);
    events.record({ event: 'fail', reason: step === 'fork' ? 'fork' : 'exec', from: peer?.address });
    leave(peer);
    if (waiting === undefined) return;
    waiting.giveBack();
    ports.holdFor(waiting, launchRetrySeconds);
  }

  /** Clients that waited until others had been launched are accepted again. */
  onRoom(): void {
    this.#service.ports.unhold();
  }

  #ended(server: Server, facts: ExitFacts, waiting: Listener | undefined, timedOut: boolean): void {
    const { events, clock, leave, starvation } = this.#service;
    const seconds = (clock() - server.startedAt) / 1000;
    events.record({ event: 'exit', from: server.peer?.address, facts, seconds, timedOut });
    leave(server.peer);
    waiting?.giveBack();
    starvation.relieve();
  }
}
