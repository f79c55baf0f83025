/**
 * A configuration as an inetd.conf, in the spelling of one of the inetds: a line for each socket, or for those that a line
 * can name together. What its fields cannot say is told above it. A line is only written if reading it gives back what it
 * is meant to say.
 */
import {
  type Definition,
  type InetdDialect,
  type InetdFields,
  printInetd,
  type Rules,
  readInetd,
  rulesOf,
  type ServiceType,
  type Settings,
  sourceFile,
} from '../config/mod.ts';
import type { Service } from '../model/mod.ts';
import { isPerMinute, isRoot, lossesOf } from './inetd-losses.ts';
import { type Place, placesOf } from './inetd-places.ts';
import { allRemarks, leftOut, reasonOf } from './left-out.ts';
import { type Converted, commentOf, type Loss, type Lost, lossOf, placeOf } from './loss.ts';
import { nativeOf } from './native.ts';
import { headOf, type Source, type SourceEntry } from './source.ts';
import { bytesOf, lines } from './text.ts';

export function toInetd(source: Source, dialect: InetdDialect): Converted {
  const losses: Loss[] = [];
  const environment = environmentLoss(source);
  losses.push(...environment);
  const parts: string[] = [
    lines([headOf(source, 'inetd'), `# kinetd: dialect ${dialect}`, ...environment.map(commentOf)]),
  ];
  if (source.defaults !== undefined) {
    const { remarks, spans } = source.defaults;
    const own = (['metrics', 'metrics_from'] as const).flatMap((attribute): readonly Loss[] => {
      const span = spans.get(attribute);
      const why = 'an inetd has no metrics';
      return span === undefined ? [] : [{ service: undefined, attribute, why, ...placeOf(span) }];
    });
    losses.push(...own);
    parts.push(lines([...allRemarks(remarks), ...own.map(commentOf)]));
  }
  for (const item of source.items) {
    if (item.kind === 'comments') {
      parts.push(lines(item.lines));
      continue;
    }
    const made = item.service === undefined ? reasonOf(item) : linesOf(item, item.service, rulesOf(dialect));
    if (typeof made === 'string') {
      const loss = lossOf(item.id, item.definition, undefined, made);
      // One that is switched off runs nowhere.
      if (item.state !== 'disabled') losses.push(loss);
      parts.push(lines(leftOut(item, loss)));
      continue;
    }
    const own = made.lost.map(({ attribute, why }) => lossOf(item.id, item.definition, attribute, why));
    losses.push(...own);
    parts.push(`${lines([...allRemarks(item.remarks), ...own.map(commentOf)])}${made.text}`);
  }
  return { files: new Map([['inetd.conf', parts.filter((part) => part !== '').join('\n')]]), losses };
}

function environmentLoss({ items }: Source): readonly Loss[] {
  const first = items.find(
    (item) => item.kind === 'entry' && item.service?.server.kind === 'program' && item.definition.inetd === undefined,
  );
  if (first?.kind !== 'entry') return [];
  const why = 'an inetd takes PATH, HOME and other variables of a login out of the environment of its servers';
  return [{ service: undefined, attribute: 'passenv', why, ...placeOf(first.definition.span) }];
}

interface Made {
  /** Lines with their ends. */
  readonly text: string;
  readonly lost: readonly Lost[];
}

/** @returns words: why there is none */
function linesOf({ definition }: SourceEntry, service: Service, rules: Rules): Made | string {
  if (definition.inetd?.dialect === rules.dialect) return { text: printInetd([definition]), lost: [] };
  const native = nativeOf(definition, service, undefined);
  if (typeof native === 'string') return native;
  const why = obstacleOf(native.settings, service, rules);
  if (why !== undefined) return why;
  const places = placesOf(native.settings, service, rules);
  if (typeof places === 'string') return places;
  // A line that goes through tcpd does so in every inetd.
  const libwrap = definition.inetd === undefined ? undefined : definition.settings.libwrap;
  const limits = limitsOf(definition, native.settings, service, rules);
  const definitions = places.map((place) =>
    lineOf(native.name, native.settings, service, { ...limits.fields, ...place, libwrap }, rules),
  );
  const text = printInetd(definitions);
  if (!readsBack(text, definitions, rules)) return `${rules.whose} inetd has no way to write one of its words`;
  const own = [...lossesOf(native.settings, service, libwrap !== undefined, rules), ...limits.lost];
  const kept = native.lost.filter(({ attribute }) => attribute === 'bind');
  return { text, lost: [...kept, ...own] };
}

/** Why the inetd cannot run the service at all. */
function obstacleOf(
  settings: Settings,
  { server, socketType, wait, rpc, behindTcpmux, endpoints }: Service,
  rules: Rules,
): string | undefined {
  const { whose } = rules;
  if (server.kind === 'redirect') return 'an inetd passes no connections on';
  if (server.kind === 'tcpmux' && !rules.tcpmux) return `${whose} inetd has no tcpmux`;
  if (server.kind === 'auth' && rules.dialect !== 'freebsd') return `${whose} inetd has no auth`;
  if (server.kind === 'sensor' || server.kind === 'listing' || server.kind === 'metrics')
    return `an inetd has no service of the kind ${server.kind}`;
  if (behindTcpmux !== undefined && !rules.tcpmux) return `${whose} inetd has no tcpmux`;
  if (rpc !== undefined && !rules.rpc) return `${whose} inetd does not register with the portmapper`;
  if (rpc !== undefined && settings.rpc_number !== undefined) return 'an inetd knows RPC programs by their names alone';
  if (endpoints.some(({ device }) => device !== undefined))
    return 'an inetd listens on addresses, and not on network devices';
  if (socketType === 'dgram' && !wait && server.kind === 'program' && rules.dialect !== 'busybox')
    return `${whose} inetd has no server for each sender of datagrams`;
  if (settings.chroot !== undefined) return 'an inetd would run the program outside of its chroot';
  if (settings.socket_passing === 'activation') return 'an inetd passes sockets on descriptors 0, 1 and 2 alone';
  if (server.kind === 'program' && /^\d+$/.test(settings.user ?? ''))
    return 'an inetd knows users by their names alone';
  if (server.kind === 'program' && rules.wordsKept !== undefined && server.launch.argv.length > rules.wordsKept)
    return `${whose} inetd keeps ${rules.wordsKept} words of a program`;
  return undefined;
}

interface Limits {
  readonly fields: Pick<InetdFields, 'startsPerMinute'>;
  readonly lost: readonly Lost[];
}

const mostStarts = 999_999_999;

/** How many starts a minute there may be: the line's own number, or what comes near to cps. */
function limitsOf({ inetd }: Definition, settings: Settings, { limits }: Service, rules: Rules): Limits {
  const { cps, startsPerMinute } = limits;
  const asCps = inetd === undefined && cps !== undefined && startsPerMinute === undefined;
  const starts = asCps ? Math.min(cps.connections * 60, mostStarts) : (startsPerMinute ?? 0);
  const lost: Lost[] = [];
  if (rules.wait === 'slashes') {
    const why = `${rules.whose} inetd has one number for all services (-R, ${rules.startsPerMinute} starts a minute)`;
    if (cps !== undefined) lost.push({ attribute: 'cps', why });
    else if (starts !== rules.startsPerMinute) lost.push({ attribute: 'starts_per_minute', why });
    return { fields: { startsPerMinute: undefined }, lost };
  }
  if (cps !== undefined) {
    const pause = `the port is not closed for ${cps.pauseSeconds} seconds, but for as long as this inetd does`;
    const said = settings.cps === undefined ? ', which holds without being written,' : '';
    const how = asCps ? `is written as ${starts} starts a minute; ${pause}` : 'has no place beside starts_per_minute';
    lost.push({ attribute: 'cps', why: `cps${said} ${how}` });
  }
  const unbounded = rules.zeroIsUnlimited ? 0 : mostStarts;
  const written = starts === 0 ? unbounded : starts;
  return { fields: { startsPerMinute: starts === rules.startsPerMinute ? undefined : written }, lost };
}

function lineOf(
  name: string,
  settings: Settings,
  { server, rpc, wait, socketType }: Service,
  { port, libwrap, ...fields }: Place & Limits['fields'] & { readonly libwrap: string | undefined },
  rules: Rules,
): Definition {
  const types = [...(settings.type ?? [])].filter((type) => type !== 'UNLISTED' && type !== 'SPECIAL');
  const version = settings.rpc_version;
  const service =
    rpc === undefined || version === undefined
      ? settings.port === undefined && settings.listen === undefined
        ? name
        : String(port ?? name)
      : `${name}/${version.low}${version.high === version.low ? '' : `-${version.high}`}`;
  const made = {
    socket_type: socketType,
    wait,
    user: settings.user ?? 'root',
    ...(settings.group === undefined || isRoot(server) ? {} : { group: settings.group }),
    ...(types.length === 0 ? {} : { type: new Set<ServiceType>(types) }),
    ...(rules.wait === 'slashes' || rules.dialect === 'netbsd' ? numbers(settings, rules) : {}),
    ...program(server, settings),
    ...(libwrap === undefined ? {} : { libwrap }),
  } satisfies Settings;
  return {
    dialect: 'inetd',
    name,
    span: { file: sourceFile('', ''), start: 0, end: 0 },
    settings: made,
    spans: new Map(),
    inetd: {
      dialect: rules.dialect,
      ...fields,
      sendBuffer: rules.dialect === 'netbsd' ? settings.sndbuf : undefined,
      receiveBuffer: rules.dialect === 'netbsd' ? settings.rcvbuf : undefined,
      service: fields.unix === undefined ? service : fields.unix.path,
      loginClass: undefined,
    },
    errors: [],
  };
}

function numbers(settings: Settings, rules: Rules): Settings {
  const { instances, per_source, rate_limit_source: rate } = settings;
  return {
    ...(typeof instances === 'number' && instances > 0 ? { instances } : {}),
    ...(isPerMinute(rate) ? { rate_limit_source: rate } : {}),
    ...(rules.wait === 'slashes' && typeof per_source === 'number' && per_source > 0 ? { per_source } : {}),
  };
}

function program(server: Service['server'], { server_args: args = [] }: Settings): Settings {
  if (server.kind !== 'program') return server.kind === 'auth' && args.length > 0 ? { server_args: args } : {};
  return { server: bytesOf(server.launch.program), server_args: server.launch.argv.map(bytesOf) };
}

/** Whether the inetd would read the lines as they are meant. */
function readsBack(text: string, definitions: readonly Definition[], { dialect }: Rules): boolean {
  const again = readInetd(sourceFile('', text), { dialect }).definitions;
  return (
    again.length === definitions.length &&
    definitions.every(({ settings, inetd }, index) => {
      const read = again[index];
      return (
        read?.errors.length === 0 &&
        JSON.stringify([
          read.settings.server,
          read.settings.server_args,
          read.settings.user,
          read.settings.group,
          read.inetd?.service,
        ]) === JSON.stringify([settings.server, settings.server_args, settings.user, settings.group, inetd?.service])
      );
    })
  );
}
