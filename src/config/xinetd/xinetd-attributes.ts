/**
 * Which attributes xinetd has: those of xinetd.conf(5), a closed list since its last release. Whatever else stands in
 * the attribute table is kinetd's own.
 */
import type { AttributeName } from '../definition.ts';

const words: ReadonlySet<string> = new Set(
  `id type flags disable socket_type protocol wait user group groups instances nice server server_args libwrap
  only_from no_access access_times log_type log_on_success log_on_failure rpc_version rpc_number env passenv port
  redirect bind banner banner_success banner_fail per_source cps max_load mdns umask enabled disabled v6only deny_time
  rlimit_as rlimit_cpu rlimit_data rlimit_files rlimit_rss rlimit_stack`.split(/\s+/),
);

export function isXinetdAttribute(name: AttributeName): boolean {
  return words.has(name);
}
