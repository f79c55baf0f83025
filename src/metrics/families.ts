/**
 * The metrics of a daemon: their names, kinds and meanings, in the order in which they are told. Names follow the
 * conventions of Prometheus: base units, `_total` for what only grows. docs/metrics.md is this table for people.
 */

export interface Family {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Names of labels besides `service` and `protocol`, which those of services have. */
  readonly labels: readonly string[];
  /** Whether there is one for each service. */
  readonly ofServices: boolean;
}

export type FamilyName =
  | 'kinetd_build_info'
  | 'kinetd_start_time_seconds'
  | 'kinetd_reloads_total'
  | 'kinetd_services'
  | 'kinetd_services_available'
  | 'kinetd_services_omitted'
  | 'kinetd_bans'
  | 'kinetd_worker_tasks'
  | 'kinetd_service_available'
  | 'kinetd_service_paused'
  | 'kinetd_connections_accepted_total'
  | 'kinetd_connections_refused_total'
  | 'kinetd_servers_started_total'
  | 'kinetd_servers_ended_total'
  | 'kinetd_servers_timed_out_total'
  | 'kinetd_servers_running'
  | 'kinetd_servers_limit'
  | 'kinetd_queue_length'
  | 'kinetd_forkserver_ready'
  | 'kinetd_forkserver_starts_total'
  | 'kinetd_received_bytes_total'
  | 'kinetd_sent_bytes_total'
  | 'kinetd_stderr_lines_lost_total'
  | 'kinetd_launch_duration_seconds'
  | 'kinetd_server_duration_seconds'
  | 'kinetd_server_cpu_seconds';

const daemon = (kind: Family['kind'], help: string, labels: readonly string[] = []): Family => ({
  kind,
  help,
  labels,
  ofServices: false,
});
const service = (kind: Family['kind'], help: string, labels: readonly string[] = []): Family => ({
  kind,
  help,
  labels,
  ofServices: true,
});

export const families: Readonly<Record<FamilyName, Family>> = {
  kinetd_build_info: daemon('gauge', 'Always 1; the label has the version.', ['version']),
  kinetd_start_time_seconds: daemon('gauge', 'When the daemon was started, in seconds since the epoch.'),
  kinetd_reloads_total: daemon('counter', 'Reloads, by whether the new configuration could be used.', ['result']),
  kinetd_services: daemon('gauge', 'Services at work.'),
  kinetd_services_available: daemon('gauge', 'Services with at least one socket.'),
  kinetd_services_omitted: daemon('gauge', 'Services that have no metrics here, since there are too many.'),
  kinetd_bans: daemon('gauge', 'Addresses and prefixes that are banned.'),
  kinetd_worker_tasks: daemon('gauge', 'Connections and sockets that the worker has.'),
  kinetd_service_available: service('gauge', 'Whether the service has at least one socket.'),
  kinetd_service_paused: service('gauge', 'Whether an administrator has paused the service.'),
  kinetd_connections_accepted_total: service('counter', 'Connections accepted, whatever became of them.'),
  kinetd_connections_refused_total: service('counter', 'Clients refused, by the reason of their FAIL line.', [
    'reason',
  ]),
  kinetd_servers_started_total: service('counter', 'Servers started, and clients answered by the worker.'),
  kinetd_servers_ended_total: service('counter', 'Servers ended: with status 0, another status, or by a signal.', [
    'ending',
  ]),
  kinetd_servers_timed_out_total: service('counter', 'Servers that were ended because their timeout was over.'),
  kinetd_servers_running: service('gauge', 'Servers that run now.'),
  kinetd_servers_limit: service('gauge', 'Servers that may run at once (instances); absent without a limit.'),
  kinetd_queue_length: service('gauge', 'Accepted connections that wait for a server.'),
  kinetd_forkserver_ready: service(
    'gauge',
    'Whether the fork server of the service can serve; absent where it has none.',
  ),
  kinetd_forkserver_starts_total: service('counter', 'Fork servers of the service that have become ready.'),
  kinetd_received_bytes_total: service('counter', 'Bytes from clients of the worker; counted when they have ended.'),
  kinetd_sent_bytes_total: service('counter', 'Bytes to clients of the worker; counted when they have ended.'),
  kinetd_stderr_lines_lost_total: service('counter', "Lines of servers' stderr that were left out of the log."),
  kinetd_launch_duration_seconds: service('histogram', 'Time from admission to the running program.'),
  kinetd_server_duration_seconds: service('histogram', 'How long servers ran.'),
  kinetd_server_cpu_seconds: service('histogram', 'Processor time of servers, user and system together.'),
};
