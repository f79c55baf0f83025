/**
 * What becomes of each attribute in units of systemd: expressed, or why not. The table has every attribute, so that one
 * that is added later cannot be dropped in silence.
 */
import type { AttributeName, Settings } from '../config/mod.ts';
import type { Service } from '../model/mod.ts';

/** undefined: the units say it. Words: why they do not, or not wholly. */
type Fate = undefined | string | ((service: Service, settings: Settings) => string | undefined);

const noPlace = 'systemd has nothing like it';
const rate = 'systemd can only stop the socket for good (TriggerLimitBurst), so it is not used';
const logged = 'the journal has what systemd itself says of sockets and services';

export const fates: Readonly<Record<AttributeName, Fate>> = {
  id: undefined,
  type: undefined,
  disable: undefined,
  socket_type: undefined,
  protocol: undefined,
  wait: undefined,
  port: undefined,
  rpc_version: 'systemd registers nothing with the portmapper',
  rpc_number: 'systemd registers nothing with the portmapper',
  server: undefined,
  server_args: undefined,
  command: undefined,
  user: undefined,
  group: undefined,
  groups: undefined,
  chroot: undefined,
  working_directory: undefined,
  no_new_privs: undefined,
  nice: undefined,
  umask: undefined,
  rlimit_as: undefined,
  rlimit_cpu: undefined,
  rlimit_data: undefined,
  rlimit_files: undefined,
  rlimit_rss: undefined,
  rlimit_stack: undefined,
  env: (_, { env = [] }) => strangeNames(env),
  passenv: (_, { passenv = [] }) => strangeNames(passenv),
  environment: (_, { environment }) =>
    environment === 'ucspi' ? 'systemd sets REMOTE_ADDR and REMOTE_PORT, and no variables of UCSPI' : undefined,
  resolve: (_, { resolve }) => (resolve === true ? 'systemd looks no names up' : undefined),
  stderr: undefined,
  socket_passing: undefined,
  launch: (_, { launch }) => (launch === 'forkserver' ? 'each connection starts the program anew' : undefined),
  forkserver_start: undefined,
  preload_modules: 'each connection starts the program anew',
  instances: ({ wait }) => (wait ? 'of a service that waits systemd runs one at a time' : undefined),
  per_source: ({ wait, limits }) =>
    wait && limits.perSource !== undefined ? 'of a service that waits systemd runs one at a time' : undefined,
  cps: ({ limits }) => (limits.cps === undefined ? undefined : rate),
  rate_limit: ({ limits }) => (limits.rates === undefined ? undefined : rate),
  rate_limit_source: ({ limits }) => (limits.rates === undefined ? undefined : rate),
  rate_limit_network: ({ limits }) => (limits.rates === undefined ? undefined : rate),
  starts_per_minute: ({ limits }) =>
    limits.startsPerMinute === undefined ? undefined : `at most ${limits.startsPerMinute} starts a minute: ${rate}`,
  queue: ({ limits }) => (limits.queue === undefined ? undefined : 'over MaxConnections clients are refused'),
  timeout: undefined,
  max_load: ({ limits }) => (limits.maxLoad === undefined ? undefined : noPlace),
  access_times: noPlace,
  only_from: ({ access }) => listFate(access),
  no_access: ({ access }) => listFate(access),
  log_type: logged,
  log_on_success: logged,
  log_on_failure: logged,
  log_format: undefined,
  address_privacy: (_, { address_privacy: how }) =>
    how === undefined || how === 'full' ? undefined : 'the journal keeps whole addresses',
  deny_time: noPlace,
  bind: undefined,
  v6only: undefined,
  listen: undefined,
  socket_owner: undefined,
  socket_group: undefined,
  socket_mode: undefined,
  backlog: undefined,
  sndbuf: undefined,
  rcvbuf: undefined,
  redirect: 'systemd-socket-proxyd(8) does this, as a service of its own',
  libwrap: ({ access }) => (access.hostsName === undefined ? undefined : 'hosts.allow and hosts.deny are not asked'),
  banner: noPlace,
  banner_success: noPlace,
  banner_fail: noPlace,
  mdns: (_, { mdns }) => (mdns === true ? 'systemd announces nothing' : undefined),
  metrics: 'systemd has metrics of its own units',
  metrics_from: 'systemd has metrics of its own units',
  enabled: undefined,
  disabled: undefined,
  flags: (_, { flags }) => {
    const lost = ['SENSOR', 'IDONLY'].filter((flag) => flags?.has(flag === 'SENSOR' ? 'SENSOR' : 'IDONLY'));
    return lost.length === 0 ? undefined : `nothing of systemd's is like ${lost.join(' and ')}`;
  },
};

/** Of a variable, or of NAME=VALUE: others make systemd drop it. */
export function isUnitVariable(variable: string): boolean {
  return /^[A-Za-z_]\w*(=|$)/.test(variable);
}

function strangeNames(variables: readonly string[]): string | undefined {
  return variables.every(isUnitVariable) ? undefined : 'systemd knows names of letters, digits and underscores alone';
}

/** IPAddressAllow= goes before IPAddressDeny=, whichever block is the smaller. */
function listFate({ onlyFrom, noAccess, names }: Service['access']): string | undefined {
  if (names !== undefined) return 'systemd knows addresses alone, and not the names in the list';
  if (onlyFrom !== undefined && noAccess.length > 0) {
    return 'systemd lets whom only_from has in, also when no_access has him more closely';
  }
  return undefined;
}
