/**
 * An entry in the words of kinetd's own configuration, which are those of xinetd.conf(5) and more. One of an xinetd.conf
 * is that already; a line of an inetd.conf says some things by its fields and others by whose inetd it is for, and all of
 * it is said aloud here.
 */
import type { Definition, ServiceFlag, ServiceType, Settings, SettingsInMaking } from '../config/mod.ts';
import type { Endpoint, Service } from '../model/mod.ts';
import type { Lost } from './loss.ts';
import { copySetting } from './settings.ts';
import { bytesOf } from './text.ts';

export interface Native {
  readonly name: string;
  readonly settings: Settings;
  readonly lost: readonly Lost[];
}

/**
 * @param id what it is to be called, where its name alone would not do
 * @returns words in the place of it when it cannot be said
 */
export function nativeOf(definition: Definition, service: Service, id: string | undefined): Native | string {
  const { settings, inetd, name } = definition;
  if (inetd === undefined) return { name, settings, lost: [] };
  const lost: Lost[] = [];
  const made: SettingsInMaking = {
    ...(id === undefined ? {} : { id }),
    socket_type: service.socketType === 'raw' ? 'stream' : service.socketType,
    wait: settings.wait === true,
    cps: { connections: 0, pauseSeconds: 0 },
  };
  const types = new Set<ServiceType>(settings.type);
  const asked = service.access.hostsName;
  const flags = new Set<ServiceFlag>(asked === undefined ? ['NOLIBWRAP'] : []);
  if (asked !== undefined && asked !== usualHostsName(service)) made.libwrap = bytesOf(asked);
  if (inetd.unix === undefined) {
    made.protocol = service.protocol.name;
    if (settings.port !== undefined) made.port = settings.port;
    const tcpmux = types.has('TCPMUX') || types.has('TCPMUXPLUS');
    if (tcpmux || (settings.port !== undefined && !types.has('RPC'))) types.add('UNLISTED');
    if (!tcpmux) place(service.endpoints, made, flags);
    const hosts = inetd.addresses.filter((address) => !/^[\d.]+$|:|^\*$/.test(address));
    if (hosts.length > 0) {
      lost.push({ attribute: 'bind', why: `the host ${hosts.join(', ')} is written as the addresses that it has now` });
    }
  } else {
    const { path, owner, group } = inetd.unix;
    const [unix] = service.endpoints;
    made.listen = [{ transport: 'unix', path }];
    if (unix?.family === 'unix') made.socket_mode = unix.mode;
    if (owner !== undefined) made.socket_owner = owner;
    if (group !== undefined) made.socket_group = group;
  }
  for (const attribute of ['rpc_version', 'instances', 'per_source', 'rate_limit_source'] as const) {
    copySetting(attribute, settings, made);
  }
  if (inetd.sendBuffer !== undefined) made.sndbuf = inetd.sendBuffer;
  if (inetd.receiveBuffer !== undefined) made.rcvbuf = inetd.receiveBuffer;
  if (service.limits.startsPerMinute !== undefined) made.starts_per_minute = service.limits.startsPerMinute;
  if (service.server.kind === 'program') {
    const problem = program(service.server.launch.program, service.server.launch.argv, made, flags);
    if (problem !== undefined) return problem;
    who(settings, service, made, lost);
    made.umask = service.server.launch.umask;
  } else if (service.server.kind === 'auth' && settings.server_args !== undefined) {
    // The first is a name.
    flags.add('NAMEINARGS');
    made.server_args = settings.server_args;
  }
  if (types.size > 0) made.type = types;
  if (flags.size > 0) made.flags = flags;
  return { name, settings: made, lost };
}

/** What hosts.allow and hosts.deny call a service of an xinetd.conf that does not say. */
function usualHostsName({ name, server }: Service): string {
  return server.kind === 'program' ? server.launch.argv[0].replace(/^.*\//, '') : name;
}

/** As `bind`, `v6only` and the flags say it. */
function place(endpoints: readonly Endpoint[], made: SettingsInMaking, flags: Set<ServiceFlag>): void {
  const wild = endpoints.filter(({ address }) => address === '0.0.0.0' || address === '::');
  const inet6 = wild.find(({ family }) => family === 'inet6');
  if (wild.length < endpoints.length) {
    made.bind = endpoints.map(({ address }) => address);
    if (inet6?.stack === 'only') made.v6only = true;
  } else if (inet6 === undefined) flags.add('IPv4');
  else if (wild.length === 1 && inet6.stack === 'only') {
    flags.add('IPv6');
    made.v6only = true;
  }
}

/** @returns what is wrong */
function program(
  path: string,
  [name, ...args]: readonly [string, ...string[]],
  made: SettingsInMaking,
  flags: Set<ServiceFlag>,
): string | undefined {
  const words = args.map(bytesOf);
  const usual = name === path.slice(path.lastIndexOf('/') + 1);
  if ([bytesOf(path), bytesOf(name), ...words].every(isWord)) {
    made.server = bytesOf(path);
    if (usual && words.length > 0) made.server_args = words;
    if (usual) return undefined;
    flags.add('NAMEINARGS');
    made.server_args = [bytesOf(name), ...words];
    return undefined;
  }
  if (!usual) return 'an argument holds a blank, and the program is called by another name than its own';
  made.command = [bytesOf(path), ...words];
  return undefined;
}

/** Without quotation marks. */
export function isWord(word: string): boolean {
  return /^[^\s]+$/.test(word);
}

/** An inetd gives the groups of the user to everybody but root. */
function who({ user, group }: Settings, { server }: Service, made: SettingsInMaking, lost: Lost[]): void {
  if (user === undefined) return;
  made.user = user;
  const identity = server.kind === 'program' ? server.launch.identity : undefined;
  const isRoot = identity === undefined ? user === 'root' : identity.uid === 0;
  const ignored = isRoot && (identity === undefined || identity.gid === 0);
  if (group !== undefined && !ignored) made.group = group;
  if (isRoot) return;
  made.groups = true;
  if (group === undefined) return;
  const why = `the servers have the primary group of ${user} too, besides ${group}`;
  lost.push({ attribute: 'groups', why });
}
