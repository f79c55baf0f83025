/** The fork server of a service: what it is made with, who it has to be, and what the log says about its life. */
import { Forkserver } from '../launch/mod.ts';
import type { ProgramPlan, Service } from '../model/mod.ts';
import { compileLaunch } from '../os/mod.ts';
import type { Answer } from './answer.ts';
import type { ErrorOutput } from './error-output.ts';
import type { Shared } from './shared.ts';

/** The plan that each was made by, as text. */
const plans = new WeakMap<Forkserver, string>();

/**
 * @returns undefined for a program that is executed for each connection
 * @throws SystemError when memory for its plan cannot be had
 */
export function forkserverOf(
  { id }: Pick<Service, 'id'>,
  { forkserver: plan, launch }: ProgramPlan,
  { servers, forkservers, log }: Pick<Shared, 'servers' | 'forkservers' | 'log'>,
  errors: ErrorOutput,
  before: Answer | undefined,
): Forkserver | undefined {
  if (plan === undefined) return undefined;
  const text = JSON.stringify([plan, launch]);
  const old = before?.kind === 'program' ? before.launches.forkserver : undefined;
  if (old !== undefined && plans.get(old) === text) return old;
  const forkserver = new Forkserver({
    launch: compileLaunch(plan.launch),
    uid: launch.identity?.uid ?? process.geteuid?.() ?? -1,
    environment: launch.environment,
    files: plan.files,
    servers,
    processes: forkservers,
    now: () => performance.now(),
    today: () => Date.now(),
    after: (milliseconds, job) => {
      const timer = setTimeout(job, milliseconds).unref();
      return () => clearTimeout(timer);
    },
    errors: () => errors.logged(id),
    observer: {
      onReady: (pid) => log.write('INFO', `service ${id}: fork server ${pid} is ready`),
      onTrouble: (reason, goesOn) => {
        const meanwhile = goesOn
          ? 'the one before it serves on'
          : 'the program is executed for each connection meanwhile';
        log.write('ERROR', `service ${id}: no fork server: ${reason}; ${meanwhile}`);
      },
    },
  });
  plans.set(forkserver, text);
  return forkserver;
}
