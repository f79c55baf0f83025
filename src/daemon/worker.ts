/**
 * The daemon's worker: who it runs as, how much it may have, and what the log says about its life.
 */
import type { Clock, DaemonLog } from '../log/mod.ts';
import type { ExitFacts, Identity } from '../model/mod.ts';
import { errnoMessage, resourceLimit, userByName } from '../os/mod.ts';
import { Worker, type WorkerObserver, workerPlan } from '../worker/mod.ts';

/** Connections of all services that the worker answers, where the limit on descriptors allows so many. */
const mostTasks = 16_384;
const spareDescriptors = 128;

/** Of passwd(5), where there is no such user: the kernel's overflow id. */
const nobody: Identity = { uid: 65_534, gid: 65_534, groups: [] };

export interface WorkerSurroundings {
  readonly clock: Clock;
  readonly log: DaemonLog;
  /** Does the job when some milliseconds have passed. */
  readonly later: (job: () => void) => void;
}

/** Made without a process; that comes with the first connection for it. */
export function daemonWorker({ clock, log, later }: WorkerSurroundings): Worker {
  const tasks = Math.max(1, Math.min(mostTasks, Math.floor((resourceLimit('nofile').hard - spareDescriptors) / 2)));
  const zone = process.env['TZ'];
  const plan = workerPlan(unprivileged(), tasks, zone === undefined ? [] : [`TZ=${zone}`]);
  return new Worker({ plan, mostTasks: tasks, clock, later, observer: workerLog(log) });
}

/**
 * An account of its own, where the machine has made one (contrib/kinetd.sysusers), shares nothing with others that run
 * as nobody. undefined for a daemon that is nobody in particular itself.
 */
function unprivileged(): Identity | undefined {
  if (process.geteuid?.() !== 0) return undefined;
  const user = userByName('_kinetd') ?? userByName('nobody');
  return user === undefined ? nobody : { uid: user.uid, gid: user.gid, groups: [] };
}

function workerLog(log: DaemonLog): WorkerObserver {
  return {
    onLaunchFailed: ({ step, errno }, rest) =>
      log.write(
        'ERROR',
        `the worker cannot be started (${step}: ${errnoMessage(errno)}); internal services refuse clients for ${seconds(rest)}`,
      ),
    onDied: (facts, wasReady, lost, rest) => {
      const how = `worker ${facts.pid} died of ${causeOf(facts)}`;
      const loss = wasReady ? `, with ${lost} connection${lost === 1 ? '' : 's'}` : ' before it could work';
      const next = rest === 0 ? 'another takes its place' : `internal services refuse clients for ${seconds(rest)}`;
      log.write('ERROR', `${how}${loss}; ${next}`);
    },
    onTrouble: (pid, text) => log.write('ERROR', `worker ${pid} ${text}`),
  };
}

function causeOf({ ending }: ExitFacts): string {
  return ending.kind === 'signal' ? `signal ${ending.signal}` : `exit status ${ending.status}`;
}

function seconds(count: number): string {
  return `${count} second${count === 1 ? '' : 's'}`;
}
