/** What of a service a line of an inetd.conf does not say, by whose inetd it is for. */
import type { AttributeName, Rules, Settings } from '../config/mod.ts';
import type { Service } from '../model/mod.ts';
import type { Lost } from './loss.ts';
import { isNeutral } from './neutral.ts';
import { namesOf } from './settings.ts';

/** What the fields of a line say. */
const expressed: ReadonlySet<AttributeName> = new Set<AttributeName>([
  'id',
  'type',
  'disable',
  'socket_type',
  'protocol',
  'wait',
  'port',
  'rpc_version',
  'server',
  'server_args',
  'command',
  'user',
  'group',
  'bind',
  'v6only',
  'listen',
  'enabled',
  'disabled',
  'cps',
  'starts_per_minute',
  'libwrap',
]);

export function lossesOf(settings: Settings, service: Service, wrapped: boolean, rules: Rules): readonly Lost[] {
  const own = namesOf(settings).flatMap((attribute): readonly Lost[] => {
    if (expressed.has(attribute) || isNeutral(attribute, settings)) return [];
    const why = whyNot(attribute, settings, service, rules);
    return why === undefined ? [] : [{ attribute, why }];
  });
  const { server, access } = service;
  const more: Lost[] = [];
  if (rules.dialect === 'freebsd' && settings.port !== undefined) {
    more.push({ attribute: 'port', why: "FreeBSD's inetd wants a name of services(5) in the place of the number" });
  }
  const why = wrapped ? undefined : hostsLoss(access.hostsName, service, rules);
  if (why !== undefined) more.push({ attribute: 'libwrap', why });
  if (server.kind === 'program' && settings.groups !== true && !isRoot(server)) {
    more.push({ attribute: 'groups', why: 'an inetd gives a server the supplementary groups of its user' });
  }
  return [...own, ...more];
}

function hostsLoss(asked: string | undefined, service: Service, rules: Rules): string | undefined {
  const { server, wait, socketType, endpoints } = service;
  const addressed = endpoints.every(({ family }) => family !== 'unix');
  const asks = rules.asksHosts && server.kind === 'program' && !wait && socketType === 'stream' && addressed;
  if (asks && asked === undefined) return `${rules.whose} inetd asks hosts.allow and hosts.deny always`;
  if (asked === undefined || (asks && server.kind === 'program' && asked === server.launch.argv[0])) return undefined;
  return `hosts.allow and hosts.deny are not asked by the name ${asked}, unless the inetd is told to, or tcpd is put before the program`;
}

function whyNot(attribute: AttributeName, settings: Settings, { server }: Service, rules: Rules): string | undefined {
  const slashes = rules.wait === 'slashes';
  switch (attribute) {
    case 'flags': {
      const lost = ['KEEPALIVE', 'NODELAY', 'IDONLY', 'SENSOR'].filter((flag) =>
        [...(settings.flags ?? [])].some((own) => own === flag),
      );
      return lost.length === 0 ? undefined : `an inetd has nothing like ${lost.join(' and ')}`;
    }
    case 'groups':
      return isRoot(server) ? 'root has its own group alone' : undefined;
    case 'umask':
      return settings.umask === 0o022 ? undefined : 'an inetd gives its servers 022';
    case 'instances':
      return slashes || rules.dialect === 'netbsd' ? undefined : 'its limit counts starts a minute, and not servers';
    case 'per_source':
      return slashes ? undefined : noPlace;
    case 'rate_limit_source':
      return (slashes || rules.dialect === 'netbsd') && isPerMinute(settings.rate_limit_source) ? undefined : noPlace;
    case 'sndbuf':
    case 'rcvbuf':
      return rules.dialect === 'netbsd' ? undefined : "of the inetds only NetBSD's does this";
    case 'socket_mode':
    case 'socket_owner':
    case 'socket_group':
      if (rules.dialect === 'freebsd' && settings.socket_owner !== undefined && settings.socket_group !== undefined) {
        return undefined;
      }
      return 'the inetd says who may use its Unix sockets';
    default:
      return noPlace;
  }
}

const noPlace = 'an inetd.conf has no place for it';

export function isRoot(server: Service['server']): boolean {
  return server.kind === 'program' && server.launch.identity?.uid === 0;
}

/** What FreeBSD's and NetBSD's inetd can say of it. */
export function isPerMinute(rate: Settings['rate_limit_source']): boolean {
  return rate !== undefined && rate !== 'UNLIMITED' && rate.periodSeconds === 60 && rate.burst === rate.count;
}
