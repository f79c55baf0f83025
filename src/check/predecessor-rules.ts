/**
 * What xinetd, Debian's openbsd-inetd and FreeBSD's inetd make of lines that kinetd understands otherwise, as one table.
 * Each rule says what it looks for in a definition and what the old daemon does there; the facts are those of
 * docs/compatibility.md, seen on Debian's own programs, and of the inetds' manual pages.
 */
import { type AttributeName, type Definition, isXinetdAttribute, type Span } from '../config/mod.ts';

export const predecessors = ['xinetd', 'openbsd-inetd', 'freebsd-inetd'] as const;
export type Predecessor = (typeof predecessors)[number];

export interface Rule {
  readonly as: readonly Predecessor[];
  /** Set where the old daemon runs the service as if nothing were wrong, and without what the line is for. */
  readonly silent?: true;
  /** The attributes of a definition that the rule is about. */
  readonly finds: (definition: Definition) => readonly AttributeName[];
  readonly says: (attribute: AttributeName) => string;
}

export const rules: readonly Rule[] = [
  {
    as: ['xinetd'],
    finds: (definition) => written(definition).filter((name) => !isXinetdAttribute(name)),
    says: (name) => `xinetd does not know ${name} and runs the service without it`,
  },
  {
    as: ['xinetd'],
    silent: true,
    finds: (definition) => written(definition).filter((name) => loses(definition.spans.get(name))),
    says: (name) =>
      `xinetd takes the comment behind ${name} for values and runs this without the line; kinetd enforces it`,
  },
  {
    as: ['xinetd'],
    silent: true,
    finds: ({ settings }) => ((settings.bind ?? []).length > 1 ? ['bind'] : []),
    says: () => 'xinetd drops a bind with several addresses and listens everywhere; kinetd listens on each of them',
  },
  {
    as: ['xinetd'],
    finds: ({ settings }) =>
      settings.access_times?.some(({ from, to }) => from > to || to === 1440) ? ['access_times'] : [],
    says: () => 'xinetd refuses times across midnight and 24:00, and with them the service',
  },
  {
    as: ['xinetd'],
    silent: true,
    finds: ({ settings, spans }) => (settings.v6only === false && spans.has('v6only') ? ['v6only'] : []),
    says: () => 'xinetd takes v6only = no for yes, and keeps IPv4 clients out; kinetd lets them in',
  },
  {
    as: ['xinetd'],
    silent: true,
    finds: (definition) => listsWith(definition, /\/\d+\.\d+/),
    says: (name) => `xinetd takes a netmask in ${name} for one address; kinetd takes it for the block`,
  },
  {
    as: ['xinetd'],
    silent: true,
    finds: (definition) => listsWith(definition, /^[\d.]+\.$/),
    says: (name) => `xinetd passes over a block such as 10.1. in ${name}; kinetd does not`,
  },
  {
    as: ['xinetd'],
    silent: true,
    finds: (definition) => listsWith(definition, /:.*\/128$/),
    says: (name) => `xinetd matches nobody with a /128 in ${name}; for kinetd it is one address`,
  },
  {
    as: ['xinetd'],
    finds: ({ settings }) =>
      (['only_from', 'no_access'] as const).filter((name) => settings[name]?.some(({ kind }) => kind !== 'network')),
    says: (name) =>
      `xinetd believes the names in ${name} to whoever owns the address's reverse zone; with kinetd the name has to lead back`,
  },
  {
    as: ['xinetd'],
    finds: ({ settings }) =>
      settings.cps !== undefined && settings.cps.connections > 0 && settings.wait === true ? ['cps'] : [],
    says: () => 'xinetd closes the socket for the pause of cps and loses what is queued there',
  },
  {
    as: ['xinetd'],
    finds: ({ settings, spans }) =>
      typeof settings.instances === 'number' && spans.has('instances') && spans.has('cps') ? ['instances'] : [],
    says: () => 'xinetd forgets running servers after a pause of cps, so that more than instances run',
  },
  {
    as: ['xinetd'],
    finds: ({ settings, spans }) =>
      settings.redirect === undefined && settings.log_on_success?.has('TRAFFIC') === true && spans.has('log_on_success')
        ? ['log_on_success']
        : [],
    says: () => 'xinetd does not run a service with TRAFFIC that is not redirected',
  },
  {
    as: ['xinetd'],
    finds: ({ settings }) => (settings.redirect === undefined ? [] : ['redirect']),
    says: () => 'xinetd closes both directions as soon as one of them ends, and loses the answer',
  },
  {
    as: ['xinetd'],
    finds: ({ settings }) => (settings.banner === undefined ? [] : ['banner']),
    says: () => 'xinetd waits, with all of its services, for a client that does not read its banner',
  },
  {
    as: ['xinetd'],
    finds: ({ settings, spans }) =>
      settings.flags?.has('NAMEINARGS') === true && follows('flags', 'server_args', spans) ? ['flags'] : [],
    says: () => 'xinetd crashes in the server when NAMEINARGS stands after server_args',
  },
  {
    as: ['xinetd'],
    finds: ({ settings }) =>
      settings.socket_type === 'dgram' && settings.wait === false && settings.type?.has('INTERNAL') !== true
        ? ['wait']
        : [],
    says: () => 'xinetd starts a program for datagrams that does not wait over and over, or fills its log',
  },
  {
    as: ['xinetd'],
    finds: ({ settings }) =>
      settings.only_from !== undefined && settings.no_access !== undefined ? ['no_access'] : [],
    says: () =>
      'xinetd refuses whoever is in both only_from and no_access; with kinetd the narrower of the two decides',
  },
  {
    as: ['xinetd'],
    finds: ({ settings, spans, dialect }) =>
      dialect === 'xinetd' && settings.disable === false && isLast('disable', spans) ? ['disable'] : [],
    says: () => 'xinetd revives the service here even when a line above has an error, and runs it without that line',
  },
  {
    as: ['openbsd-inetd', 'freebsd-inetd'],
    finds: ({ dialect, spans }) =>
      dialect === 'inetd' ? [] : [...spans.keys()].filter((name) => !fieldAttributes.has(name)),
    says: (name) => `an inetd.conf has no place for ${name}`,
  },
  {
    as: ['openbsd-inetd'],
    finds: ({ settings }) => (['instances', 'per_source'] as const).filter((name) => settings[name] !== undefined),
    says: (name) => `openbsd-inetd has no ${name}; its .max counts starts a minute`,
  },
  {
    as: ['openbsd-inetd'],
    finds: ({ settings }) => (settings.type?.has('TCPMUX') || settings.type?.has('TCPMUXPLUS') ? ['type'] : []),
    says: () => 'openbsd-inetd has no tcpmux',
  },
  {
    as: ['openbsd-inetd'],
    finds: ({ inetd }) => (inetd?.startsPerMinute === undefined || inetd.startsPerMinute === 0 ? [] : ['wait']),
    says: () =>
      'openbsd-inetd starts one less a minute, and closes a port below 1024 for ten minutes when another client comes',
  },
  {
    as: ['openbsd-inetd'],
    finds: ({ inetd }) => ((inetd?.sendBuffer ?? inetd?.receiveBuffer) === undefined ? [] : ['protocol']),
    says: () => 'openbsd-inetd does nothing about sndbuf and rcvbuf',
  },
  {
    as: ['openbsd-inetd'],
    finds: ({ inetd }) => {
      const families = new Set(inetd?.addresses.map((address) => address.includes(':')));
      return families.size > 1 ? ['bind'] : [];
    },
    says: () => 'openbsd-inetd listens on the IPv4 addresses of a list alone',
  },
  {
    as: ['freebsd-inetd'],
    finds: ({ inetd }) =>
      inetd === undefined || inetd.dialect === 'freebsd' || inetd.startsPerMinute === undefined ? [] : ['wait'],
    says: () => 'freebsd-inetd drops the number behind the dot in silence and starts without that limit',
  },
  {
    as: ['freebsd-inetd'],
    finds: ({ inetd }) => ((inetd?.addresses.length ?? 0) > 0 && inetd?.dialect !== 'freebsd' ? ['bind'] : []),
    says: () => 'freebsd-inetd has no addresses before the service; it takes one for the whole of it (-a)',
  },
  {
    as: ['freebsd-inetd'],
    finds: ({ inetd }) => (inetd?.dialect === 'debian' && inetd.families === 'inet-and-inet6' ? ['protocol'] : []),
    says: () => 'freebsd-inetd takes a protocol without a digit for IPv4 alone',
  },
  {
    as: ['freebsd-inetd'],
    finds: ({ settings }) =>
      settings.type?.has('INTERNAL') !== true && (settings.server_args?.length ?? 0) > 20 ? ['server_args'] : [],
    says: () => 'freebsd-inetd passes on twenty arguments and silently drops the others',
  },
];

/** What the fields of a line say. */
const fieldAttributes: ReadonlySet<AttributeName> = new Set<AttributeName>([
  'id',
  'type',
  'flags',
  'disable',
  'socket_type',
  'protocol',
  'wait',
  'port',
  'server',
  'server_args',
  'command',
  'user',
  'group',
  'groups',
  'rpc_version',
  'rpc_number',
  'bind',
  'instances',
  'per_source',
  'starts_per_minute',
]);

/** The attributes of an xinetd.conf; those of an inetd.conf line are its fields. */
function written({ dialect, spans }: Definition): readonly AttributeName[] {
  return dialect === 'xinetd' ? [...spans.keys()] : [];
}

/** Whether the line goes on with a comment, which xinetd does not know. */
function loses(span: Span | undefined): boolean {
  if (span === undefined) return false;
  const end = span.file.text.indexOf('\n', span.end);
  return /^[ \t]+#/.test(span.file.text.slice(span.end, end === -1 ? undefined : end));
}

function isLast(name: AttributeName, spans: ReadonlyMap<AttributeName, Span>): boolean {
  const own = spans.get(name);
  return own !== undefined && [...spans.values()].every(({ file, start }) => file !== own.file || start <= own.start);
}

/** The access lists with an entry that is written so. */
function listsWith({ settings }: Definition, spelling: RegExp): readonly AttributeName[] {
  return (['only_from', 'no_access'] as const).filter((name) =>
    settings[name]?.some((item) => item.kind === 'network' && spelling.test(item.network.text)),
  );
}

/** Whether one attribute stands behind another of the same file. */
function follows(name: AttributeName, before: AttributeName, spans: ReadonlyMap<AttributeName, Span>): boolean {
  const [own, other] = [spans.get(name), spans.get(before)];
  return own !== undefined && other !== undefined && own.file === other.file && own.start > other.start;
}
