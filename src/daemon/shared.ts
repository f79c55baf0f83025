/** What the services of a daemon have in common; the daemon makes it once, and a reload leaves it as it is. */
import type { DeniedClients } from '../access/mod.ts';
import type { ForkserverProcesses, Servers } from '../launch/mod.ts';
import type { Sources } from '../limit/mod.ts';
import type { PassedSockets } from '../listener/mod.ts';
import type { Clock, DaemonLog } from '../log/mod.ts';
import type { ListingPlan } from '../model/mod.ts';
import type { Worker } from '../worker/mod.ts';
import type { Guard } from './access-control.ts';
import type { MuxTargets } from './behind-tcpmux.ts';
import type { Greetings } from './greeter.ts';
import type { Inquiries } from './inquiries.ts';
import type { Onlooker } from './service-events.ts';
import type { ServiceLogs } from './service-logs.ts';

export interface Shared extends Greetings {
  readonly clock: Clock;
  readonly log: DaemonLog;
  readonly logs: ServiceLogs;
  /** What a supervisor has opened for the services. */
  readonly passed: PassedSockets;
  /** Told of everything that happens to clients and servers. */
  readonly onlookers: ReadonlySet<Onlooker>;
  readonly servers: Servers;
  readonly forkservers: ForkserverProcesses;
  readonly worker: Worker;
  readonly muxTargets: MuxTargets;
  /** The lines of an internal service that lists what there is. */
  readonly list: (what: ListingPlan['name']) => readonly string[];
  /** The daemon's metrics as text. */
  readonly metrics: () => string;
  readonly sources: Sources;
  readonly inquiries: Inquiries;
  /** Clients that have touched a sensor. */
  readonly denied: DeniedClients;
  /** What access goes by. */
  readonly guard: Guard;
  /** An RPC service may have another port than it had. */
  readonly rpcPortOpened: () => void;
  /** Takes note of servers that have ended, now. */
  readonly collectExits: () => void;
  /** The one-minute load average. */
  readonly loadAverage: () => number;
  /** `-limit`: servers of all services together; undefined: no limit. */
  readonly processLimit: number | undefined;
}
