/** Who answers the clients of a service, ready for use. */
import type { Servers } from '../launch/mod.ts';
import type { ServerPlan, Service } from '../model/mod.ts';
import type { ErrorOutput } from './error-output.ts';
import { type LaunchObserver, ServiceLaunches } from './service-launches.ts';

/** Who answers: a server for each connection, the worker, or nobody. */
export type Answer = ProgramAnswer | Exclude<ServerPlan, { readonly kind: 'program' }>;

export interface ProgramAnswer {
  readonly kind: 'program';
  readonly launches: ServiceLaunches;
}

/** @throws SystemError when memory for a launch plan cannot be had */
export function answerOf(service: Service, servers: Servers, errors: ErrorOutput, observer: LaunchObserver): Answer {
  const { server } = service;
  if (server.kind !== 'program') return server;
  return { kind: 'program', launches: new ServiceLaunches(service, server, servers, errors, observer) };
}

/** Whether a server can be started at once, on this thread. */
export function isQuick(answer: Answer): boolean {
  return answer.kind === 'program' && answer.launches.quick;
}
