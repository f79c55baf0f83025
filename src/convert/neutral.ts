/** Values of kinetd's own attributes that say what an old super-server does anyway. */
import type { AttributeName, Settings } from '../config/mod.ts';

export function isNeutral(name: AttributeName, settings: Settings): boolean {
  switch (name) {
    case 'environment':
      return settings.environment === 'xinetd';
    case 'stderr':
      return settings.stderr === 'client';
    case 'socket_passing':
      return settings.socket_passing === 'stdio';
    case 'launch':
      return settings.launch === 'exec';
    case 'forkserver_start':
      return settings.launch !== 'forkserver';
    case 'preload_modules':
      return settings.launch !== 'forkserver';
    case 'log_format':
      return settings.log_format === 'xinetd';
    case 'address_privacy':
      return settings.address_privacy === 'full';
    case 'working_directory':
      return settings.working_directory === '/';
    case 'queue':
      return settings.queue?.places === 0;
    case 'rate_limit':
    case 'rate_limit_source':
    case 'rate_limit_network':
    case 'timeout':
    case 'starts_per_minute':
    case 'instances':
    case 'per_source':
      return settings[name] === 'UNLIMITED';
    case 'resolve':
    case 'no_new_privs':
    case 'groups':
    case 'mdns':
    case 'v6only':
    case 'disable':
      return settings[name] === false;
    case 'nice':
    case 'rlimit_as':
    case 'rlimit_cpu':
    case 'rlimit_data':
    case 'rlimit_files':
    case 'rlimit_rss':
    case 'rlimit_stack':
      return settings[name] === 0;
    default:
      return false;
  }
}
