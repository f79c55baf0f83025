/**
 * The fields of an inetd.conf line, each taken from its word: address and service, protocol with buffer
 * sizes, wait with its rate, user with its group. Debian's openbsd-inetd is the model.
 *
 * Where openbsd-inetd guesses, this refuses: there `waitfoo`, `Wait` and `nowait.x` all mean `nowait` with
 * 256 starts a minute (seen with -d), so a slip of the pen would run a server a connection instead of one.
 * `nowait:20` is 256 there too; here it is 20, as on NetBSD.
 */

/** A field's value, or what is wrong with it and what to write instead. */
export type Field<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly code: FieldCode; readonly message: string; readonly help: string };

export type FieldCode = 'bad-address' | 'bad-number' | 'bad-word' | 'bad-user';

export interface ServiceField {
  /** undefined: the line names none, so the default of an `addr:` line holds. Empty: all addresses. */
  readonly addresses: readonly string[] | undefined;
  /** Empty for a line that only sets the default. */
  readonly service: string;
}

/**
 * `[addr[,addr…]:]service`. The service begins after the last colon outside brackets, so `::1:444` is port
 * 444 of `::1`. A leading colon means all addresses. A Unix socket's path is never split.
 */
export function serviceField(text: string): Field<ServiceField> {
  const colon = text.startsWith('/') ? -1 : text.lastIndexOf(':');
  if (colon === -1) return good({ addresses: undefined, service: text });
  if (text.includes(']', colon)) {
    return bad('bad-address', `no service stands after the address '${text}'`, 'write [address]:service');
  }
  const service = text.slice(colon + 1);
  const addresses = addressList(text.slice(0, colon));
  return addresses.ok ? good({ addresses: addresses.value, service }) : addresses;
}

function addressList(text: string): Field<readonly string[]> {
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
  readonly sendBuffer: number | undefined;
  readonly receiveBuffer: number | undefined;
}

/** What each transport needs of the socket type; `unix` takes both. */
const transports: ReadonlyMap<string, 'stream' | 'dgram' | undefined> = new Map([
  ['tcp', 'stream'],
  ['tcp4', 'stream'],
  ['tcp6', 'stream'],
  ['tcp46', 'stream'],
  ['udp', 'dgram'],
  ['udp4', 'dgram'],
  ['udp6', 'dgram'],
  ['udp46', 'dgram'],
  ['unix', undefined],
]);

/** `[rpc/]transport[,sndbuf=N][,rcvbuf=N]`, N in bytes or with `k` or `m`. */
export function protocolField(text: string, socketType: 'stream' | 'dgram' | undefined): Field<ProtocolField> {
  const [protocol = '', ...options] = text.split(',');
  const rpc = protocol.startsWith('rpc/');
  const transport = rpc ? protocol.slice('rpc/'.length) : protocol;
  if (!transports.has(transport)) {
    return bad('bad-word', `unknown protocol '${protocol}'`, 'write tcp, tcp4, tcp6, tcp46, udp, udp4, udp6 or unix');
  }
  const needs = transports.get(transport);
  if (needs !== undefined && socketType !== undefined && needs !== socketType) {
    return bad(
      'bad-word',
      `${transport} sockets are ${needs}, not ${socketType}`,
      `write ${needs} before ${transport}`,
    );
  }
  const buffers = new Map<string, number>();
  for (const option of options) {
    const [, name, digits, unit] = /^(sndbuf|rcvbuf)=(\d+)([km]?)$/.exec(option) ?? [];
    const bytes = Number(digits) * (unit === 'm' ? 1024 * 1024 : unit === 'k' ? 1024 : 1);
    if (name === undefined || buffers.has(name) || bytes < 1 || bytes > 0x7fff_ffff) {
      return bad(
        'bad-number',
        `'${option}' is not a buffer size`,
        'write sndbuf=N or rcvbuf=N, once each, N in bytes or with k or m',
      );
    }
    buffers.set(name, bytes);
  }
  return good({ rpc, transport, sendBuffer: buffers.get('sndbuf'), receiveBuffer: buffers.get('rcvbuf') });
}

/** The socket type that a transport can only have. */
export function socketTypeOf(transport: string): 'stream' | 'dgram' | undefined {
  return transports.get(transport);
}

export interface WaitField {
  readonly wait: boolean;
  readonly startsPerMinute: number | undefined;
}

/** `wait` or `nowait`, with `.max` or `:max` starts a minute. */
export function waitField(text: string): Field<WaitField> {
  const [, word, digits] = /^(wait|nowait)(?:[.:](\d{1,9}))?$/.exec(text) ?? [];
  if (word === undefined || (digits !== undefined && Number(digits) < 1)) {
    return bad(
      'bad-word',
      `'${text}' is neither wait nor nowait`,
      'write wait, nowait, or nowait.N for at most N starts a minute',
    );
  }
  return good({ wait: word === 'wait', startsPerMinute: digits === undefined ? undefined : Number(digits) });
}

export interface UserField {
  readonly user: string;
  readonly group: string | undefined;
}

/**
 * `user`, `user:group` or `user.group`. A colon goes before a dot, so a name with a dot can be written as
 * `first.last:group`; openbsd-inetd cuts at the dot whatever follows.
 */
export function userField(text: string): Field<UserField> {
  const cut = text.includes(':') ? text.indexOf(':') : text.indexOf('.');
  const user = cut === -1 ? text : text.slice(0, cut);
  const group = cut === -1 ? undefined : text.slice(cut + 1);
  if (user === '' || group === '' || group?.includes(':') === true) {
    return bad('bad-user', `'${text}' is not a user`, 'write user or user:group');
  }
  return good({ user, group });
}

function good<Value>(value: Value): Field<Value> {
  return { ok: true, value };
}

function bad(code: FieldCode, message: string, help: string): Field<never> {
  return { ok: false, code, message, help };
}
