/** Who answers the clients of a service, ready for use. */
import type { ServerPlan, Service } from '../model/mod.ts';
import type { ErrorOutput } from './error-output.ts';
import { forkserverOf } from './service-forkserver.ts';
import { type LaunchObserver, ServiceLaunches } from './service-launches.ts';
import type { Shared } from './shared.ts';

/** Who answers: a server for each connection, the worker, or nobody. */
export type Answer = ProgramAnswer | Exclude<ServerPlan, { readonly kind: 'program' }>;

export interface ProgramAnswer {
  readonly kind: 'program';
  readonly launches: ServiceLaunches;
}

/**
 * @param before what has answered until now: its fork server goes on where nothing changes for it
 * @throws SystemError when memory for a launch plan cannot be had
 */
export function answerOf(
  service: Service,
  shared: Shared,
  errors: ErrorOutput,
  observer: LaunchObserver,
  before?: Answer,
): Answer {
  const { server } = service;
  if (server.kind !== 'program') return server;
  const forkserver = forkserverOf(service, server, shared, errors, before);
  return {
    kind: 'program',
    launches: new ServiceLaunches(service, server, shared.servers, errors, observer, forkserver),
  };
}

/** It answers from now on, and the other no more. `undefined` is nobody. */
export function takeOver(answer: Answer | undefined, before: Answer | undefined): void {
  const launches = answer?.kind === 'program' ? answer.launches : undefined;
  const old = before?.kind === 'program' ? before.launches.forkserver : undefined;
  if (old !== launches?.forkserver) old?.close();
  else old?.renew();
  if (launches?.startsForkserver === true) launches.forkserver?.begin();
}

/** Whether a server can be started at once, on this thread. */
export function isQuick(answer: Answer): boolean {
  return answer.kind === 'program' && answer.launches.quick;
}
