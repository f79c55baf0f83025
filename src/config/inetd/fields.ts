/**
 * The fields of an inetd.conf line, each taken from its word: address and service, protocol with buffer sizes, user
 * with its group; wait.ts has the wait field. What a word means is the dialect's affair (rules.ts); words that it
 * does not have have been told apart by then (foreign.ts).
 */
import type { SocketFamilies, UnixSocketFields } from '../definition.ts';
import { allRules, type Rules } from './rules.ts';

/** A field's value, or what is wrong with it and what to write instead. */
export type Field<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly code: FieldCode; readonly message: string; readonly help: string };

export type FieldCode = 'bad-address' | 'bad-number' | 'bad-word' | 'bad-user' | 'not-available';

export interface ServiceField {
  /** undefined: the line names none, so the default of an `addr:` line holds. Empty: all addresses. */
  readonly addresses: readonly string[] | undefined;
  /** Empty for a line that only sets the default. */
  readonly service: string;
  readonly unix: UnixSocketFields | undefined;
  /** `tcpmux/NAME` and `tcpmux/+NAME`; the name is in `service`. */
  readonly tcpmux: 'TCPMUX' | 'TCPMUXPLUS' | undefined;
}

const tcpmuxService = /^tcpmux\/(\+?)(.*)$/;

/**
 * `[addr[,addr…]:]service`. The service begins after the last colon outside brackets, so `::1:444` is port
 * 444 of `::1`. A leading colon means all addresses. A Unix socket is its path, which is never split, in FreeBSD's
 * spelling with `:user:group:mode:` before it.
 */
export function serviceField(text: string): Field<ServiceField> {
  const unix = unixSocket(text);
  if (unix !== undefined) return good({ addresses: undefined, service: unix.path, unix, tcpmux: undefined });
  const colon = text.lastIndexOf(':');
  if (text.includes(']', colon + 1) && colon !== -1) {
    return bad('bad-address', `no service stands after the address '${text}'`, 'write [address]:service');
  }
  const written = text.slice(colon + 1);
  const [, plus, name] = tcpmuxService.exec(written) ?? [];
  const tcpmux = name === undefined ? undefined : plus === '+' ? 'TCPMUXPLUS' : 'TCPMUX';
  if (name === '') return bad('bad-word', `'${written}' names no service`, 'write tcpmux/NAME');
  const service = name ?? written;
  if (service.startsWith('.')) {
    return bad('bad-word', `'${service}' is not the name of a service`, 'a name that begins with a dot is a directive');
  }
  if (colon === -1) return good({ addresses: undefined, service, unix: undefined, tcpmux });
  if (service.startsWith('/')) {
    return bad('bad-address', `the Unix socket ${service} has no address`, 'write its path alone');
  }
  const addresses = addressList(text.slice(0, colon));
  return addresses.ok ? good({ addresses: addresses.value, service, unix: undefined, tcpmux }) : addresses;
}

function unixSocket(text: string): UnixSocketFields | undefined {
  if (text.startsWith('/')) return { path: text, owner: undefined, group: undefined, mode: undefined };
  const [, owner, group, mode = '', path] = /^:([^:]*):([^:]*):([0-7]{1,4}):(\/.*)$/.exec(text) ?? [];
  if (path === undefined) return undefined;
  return { path, owner: owner || undefined, group: group || undefined, mode: Number.parseInt(mode, 8) };
}

export function addressList(text: string): Field<readonly string[]> {
  if (text === '' || text === '*') return good([]);
  const addresses: string[] = [];
  for (const item of text.split(',')) {
    const bare = /^\[(.*)\]$/.exec(item)?.[1] ?? item;
    if (bare !== '*' && !/^[\w.:%-]+$/.test(bare)) {
      return bad(
        'bad-address',
        `'${item}' is not an address or a host name`,
        'write addresses apart by commas, as in 127.0.0.1,[::1]:service',
      );
    }
    addresses.push(bare);
  }
  return good(addresses);
}

/** A service given by number. undefined: it is a name. */
export function portOf(service: string): Field<number | undefined> {
  if (!/^\d+$/.test(service)) return good(undefined);
  const port = Number(service);
  return port <= 65535
    ? good(port)
    : bad('bad-number', `port ${service} is above 65535`, 'write a port from 1 to 65535');
}

export interface ProtocolField {
  readonly rpc: boolean;
  readonly transport: string;
  readonly families: SocketFamilies;
  readonly sendBuffer: number | undefined;
  readonly receiveBuffer: number | undefined;
}

type StreamOrDgram = 'stream' | 'dgram';

/** `[rpc/]transport[,sndbuf=N][,rcvbuf=N]`, N in bytes or with `k` or `m`. */
export function protocolField(
  text: string,
  socketType: StreamOrDgram | undefined,
  rules: Pick<Rules, 'protocols' | 'whose'>,
): Field<ProtocolField> {
  const [protocol = '', ...options] = text.split(',');
  const rpc = protocol.startsWith('rpc/');
  const transport = rpc ? protocol.slice('rpc/'.length) : protocol;
  const families = rules.protocols.get(transport);
  if (/^faith\/|\/(faith|ttcp)$/.test(protocol)) {
    const help = `write ${transport.replace(/^faith\/|\/.*$/g, '')}`;
    return bad('not-available', `'${protocol}' asks for what no kernel has any more`, help);
  }
  if (families === undefined) {
    return bad('bad-word', `unknown protocol '${protocol}'`, `write one of ${[...rules.protocols.keys()].join(', ')}`);
  }
  const needs = socketTypeOf(transport);
  if (needs !== undefined && socketType !== undefined && needs !== socketType) {
    return bad(
      'bad-word',
      `${transport} sockets are ${needs}, not ${socketType}`,
      `write ${needs} before ${transport}`,
    );
  }
  const buffers = new Map<string, number>();
  for (const option of options) {
    const [, name, size = ''] = /^(sndbuf|rcvbuf)=(.*)$/.exec(option) ?? [];
    const bytes = bufferSize(size);
    if (name === undefined || buffers.has(name) || bytes === undefined) {
      return bad(
        'bad-number',
        `'${option}' is not a buffer size`,
        'write sndbuf=N or rcvbuf=N, once each, N in bytes or with k or m',
      );
    }
    buffers.set(name, bytes);
  }
  return good({
    rpc,
    transport,
    families: families === 'unix' ? 'inet' : families,
    sendBuffer: buffers.get('sndbuf'),
    receiveBuffer: buffers.get('rcvbuf'),
  });
}

/** Bytes, or kilobytes and megabytes with `k` and `m`; undefined for what is no size. */
export function bufferSize(text: string): number | undefined {
  const [, digits, unit] = /^(\d+)([km]?)$/.exec(text) ?? [];
  const bytes = Number(digits) * (unit === 'm' ? 1024 * 1024 : unit === 'k' ? 1024 : 1);
  return bytes >= 1 && bytes <= 0x7fff_ffff ? bytes : undefined;
}

/** The socket type that a transport can only have; `unix` takes each. */
export function socketTypeOf(transport: string): StreamOrDgram | undefined {
  return transport.startsWith('tcp') ? 'stream' : transport.startsWith('udp') ? 'dgram' : undefined;
}

/** Whether any of the inetds has this protocol. */
export function isProtocol(text: string): boolean {
  const [word = ''] = text.replace(/^rpc\//, '').split(',');
  return allRules.some(({ protocols }) => protocols.has(word));
}

export interface UserField {
  readonly user: string;
  readonly group: string | undefined;
  readonly loginClass: string | undefined;
}

/**
 * `user`, `user:group` or, but not on FreeBSD, `user.group`; there a login class may follow after a slash. A colon
 * goes before a dot, so a name with a dot can be written as `first.last:group`; openbsd-inetd cuts at the dot
 * whatever follows.
 */
export function userField(text: string, rules: Pick<Rules, 'dottedGroup' | 'wait'>): Field<UserField> {
  const slash = rules.wait === 'slashes' ? text.indexOf('/') : -1;
  const loginClass = slash === -1 ? undefined : text.slice(slash + 1);
  const who = slash === -1 ? text : text.slice(0, slash);
  const cut = who.includes(':') ? who.indexOf(':') : rules.dottedGroup ? who.indexOf('.') : -1;
  const user = cut === -1 ? who : who.slice(0, cut);
  const group = cut === -1 ? undefined : who.slice(cut + 1);
  if (user === '' || group === '' || group?.includes(':') === true || loginClass === '') {
    return bad('bad-user', `'${text}' is not a user`, 'write user or user:group');
  }
  return good({ user, group, loginClass });
}

export function good<Value>(value: Value): Field<Value> {
  return { ok: true, value };
}

export function bad(code: FieldCode, message: string, help: string): Field<never> {
  return { ok: false, code, message, help };
}
