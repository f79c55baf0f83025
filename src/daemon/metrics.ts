/** The daemon's numbers as metrics. What is asked for only now, and is no count, is looked up here. */
import { Exposition } from '../metrics/mod.ts';
import type { RunningService } from './running-service.ts';

/** Services that have metrics of their own: some forty lines each, more with reasons. */
const mostServices = 2000;

export interface DaemonFacts {
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly reloads: { readonly done: number; readonly failed: number };
  readonly bans: number;
  readonly workerTasks: number;
  readonly services: readonly RunningService[];
}

export function metricsOf({ version, startedAt, reloads, bans, workerTasks, services }: DaemonFacts): string {
  const text = new Exposition();
  text.add('kinetd_build_info', 1, { version });
  text.add('kinetd_start_time_seconds', startedAt / 1000);
  text.add('kinetd_reloads_total', reloads.done, { result: 'done' });
  text.add('kinetd_reloads_total', reloads.failed, { result: 'failed' });
  text.add('kinetd_services', services.length);
  text.add('kinetd_services_available', services.filter(({ active }) => active).length);
  text.add('kinetd_services_omitted', Math.max(0, services.length - mostServices));
  text.add('kinetd_bans', bans);
  text.add('kinetd_worker_tasks', workerTasks);
  // An id that two services have, for different protocols, is told apart by these.
  const told = new Set<string>();
  for (const running of services.slice(0, mostServices)) {
    const { id, protocol } = running.service;
    if (told.has(`${id} ${protocol.name}`)) continue;
    told.add(`${id} ${protocol.name}`);
    addService(text, running);
  }
  return text.toString();
}

function addService(text: Exposition, running: RunningService): void {
  const { service, counters } = running;
  const labels = { service: service.id, protocol: service.protocol.name };
  text.add('kinetd_service_available', running.active, labels);
  text.add('kinetd_service_paused', running.paused, labels);
  text.add('kinetd_connections_accepted_total', counters.accepted, labels);
  for (const [reason, count] of counters.refused) {
    text.add('kinetd_connections_refused_total', count, { ...labels, reason });
  }
  text.add('kinetd_servers_started_total', counters.started, labels);
  text.add('kinetd_servers_ended_total', counters.endedWithZero, { ...labels, ending: 'zero' });
  text.add('kinetd_servers_ended_total', counters.endedWithStatus, { ...labels, ending: 'status' });
  text.add('kinetd_servers_ended_total', counters.endedBySignal, { ...labels, ending: 'signal' });
  text.add('kinetd_servers_timed_out_total', counters.timedOut, labels);
  text.add('kinetd_servers_running', running.running, labels);
  const { instances } = service.limits;
  if (instances !== undefined) text.add('kinetd_servers_limit', instances, labels);
  text.add('kinetd_queue_length', running.queued.length, labels);
  if (running.forkserver !== undefined) {
    text.add('kinetd_forkserver_ready', running.forkserver.pid !== undefined, labels);
    text.add('kinetd_forkserver_starts_total', running.forkserver.served, labels);
  }
  text.add('kinetd_received_bytes_total', counters.received, labels);
  text.add('kinetd_sent_bytes_total', counters.sent, labels);
  text.add('kinetd_stderr_lines_lost_total', counters.linesLost, labels);
  text.addHistogram('kinetd_launch_duration_seconds', counters.launches, labels);
  text.addHistogram('kinetd_server_duration_seconds', counters.durations, labels);
  text.addHistogram('kinetd_server_cpu_seconds', counters.cpu, labels);
}
