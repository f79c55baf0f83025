/**
 * An entry in NetBSD's second form, by its keys (inetd.conf(5) there; parse_v2.c for what the manual leaves open):
 * `bind socktype acceptfilter protocol sndbuf recvbuf wait service_max ip_max accept_max user group exec args ipsec`.
 *
 * `protocol` is required, and `tcp` or `udp` without a digit need a numeric `bind` (or default address) to decide the
 * family. Without `exec` the service is internal; a program needs `wait` and `user`. A key that stands twice, that
 * does not exist, or that has the wrong number of values loses the entry, as there.
 */
import type { InetdFields } from '../definition.ts';
import type { Draft } from './draft.ts';
import type { NamedEntry } from './entries.ts';
import { addressList, bufferSize, protocolField, type ServiceField, socketTypeOf } from './fields.ts';
import type { Property } from './named.ts';
import { addressesOf, type DefaultAddresses, refuseFilter, setProgram, setService, setUser } from './positional.ts';
import type { Rules } from './rules.ts';
import type { Word } from './words.ts';

const names = [
  'bind',
  'socktype',
  'acceptfilter',
  'protocol',
  'sndbuf',
  'recvbuf',
  'wait',
  'service_max',
  'ip_max',
  'accept_max',
  'user',
  'group',
  'exec',
  'args',
  'ipsec',
] as const;
type Name = (typeof names)[number];

/** Any number of values; the others have one. */
const lists: ReadonlySet<Name> = new Set(['args', 'acceptfilter', 'ipsec']);

/** Fills the draft from the keys of an entry. `where` is undefined when the first field cannot be read. */
export function readNamed(
  draft: Draft,
  { service: first, enabled, body, span }: NamedEntry,
  where: ServiceField | undefined,
  defaults: DefaultAddresses,
  rules: Rules,
): Partial<InetdFields> {
  if (where !== undefined && where.service !== '') draft.name = where.service;
  if (where?.service === '') {
    draft.find('missing-field', first.span, 'this entry has no service', 'write [address:]service on key = value, … ;');
  }
  if (body.problem !== undefined) draft.find('bad-entry', body.problem.span, body.problem.message, body.problem.help);
  const properties = collect(draft, body.properties);
  const value = (name: Name): Word | undefined => properties.get(name)?.values[0];
  const required = (name: Name, why: string): void => {
    if (!properties.has(name) && body.problem === undefined) {
      draft.find('missing-field', span, `this entry has no ${name}`, why);
    }
  };
  if (enabled.text === 'off') draft.set('disable', true, enabled);

  const bind = value('bind');
  const bound = bind === undefined ? undefined : draft.field(bind, addressList(bind.text));
  if (bind !== undefined && bound !== undefined && bound.length > 1) {
    draft.find('bad-address', bind.span, 'bind takes one address', 'write an entry for each');
  }
  const addresses = bound ?? addressesOf(draft, first, where, defaults);
  required('protocol', 'write protocol = tcp4, or another');
  const protocol = value('protocol');
  const transport =
    protocol === undefined ? undefined : draft.field(protocol, protocolField(protocol.text, undefined, rules));
  const socketType = value('socktype');
  if (socketType !== undefined) draft.setSocketType(socketType);
  if (protocol !== undefined && transport !== undefined) {
    draft.setProtocol(protocol, transport);
    const implied = socketTypeOf(transport.transport);
    if (socketType === undefined && implied !== undefined) draft.set('socket_type', implied, protocol);
    const fitting = protocolField(protocol.text, kindOf(draft), rules);
    if (!fitting.ok) draft.field(protocol, fitting);
    if (transport.transport === 'unix' && socketType === undefined) required('socktype', 'write socktype = stream');
    if (/^(tcp|udp)$/.test(transport.transport) && !(addresses ?? []).some(isNumeric)) {
      const message = `'${transport.transport}' without a digit says no family where no numeric address does`;
      draft.find('bad-word', protocol.span, message, `write ${transport.transport}4 or ${transport.transport}6`);
    }
  }

  const wait = value('wait');
  if (wait !== undefined) readWait(draft, wait);
  const user = value('user');
  const program = value('exec');
  if (program !== undefined) {
    required('wait', 'write wait = yes or wait = no');
    required('user', 'write user = NAME');
  }
  if (user !== undefined) setUser(draft, user, user.text, value('group')?.text);
  else if (program === undefined) setUser(draft, first, 'root', undefined);
  setProgram(draft, program ?? { ...first, text: 'internal' }, properties.get('args')?.values ?? [], rules);
  if (program === undefined && wait === undefined) draft.set('wait', draft.settings.protocol === 'udp', first);

  const filter = properties.get('acceptfilter');
  if (filter !== undefined) refuseFilter(draft, filter.key, value('acceptfilter')?.text ?? '');
  const policy = value('ipsec');
  if (policy !== undefined) refusePolicy(draft, policy);
  const most = readCount(draft, value('accept_max'));
  if (most !== undefined && draft.settings.wait === false) draft.set('instances', most, first);
  const rate = value('ip_max');
  const perSource = readCount(draft, rate);
  if (rate !== undefined && perSource !== undefined) draft.setSourceRate(perSource, rate);
  if (where !== undefined) setService(draft, first, where, transport, rules);
  return {
    addresses: where?.unix === undefined ? (addresses ?? []) : [],
    transport: transport?.transport ?? '',
    families: transport?.families ?? 'inet',
    sendBuffer: readBuffer(draft, value('sndbuf')),
    receiveBuffer: readBuffer(draft, value('recvbuf')),
    startsPerMinute: readCount(draft, value('service_max')),
    service: where?.service ?? '',
    unix: where?.unix,
  };
}

export function refusePolicy(draft: Draft, word: Pick<Word, 'span'>): void {
  draft.find(
    'not-available',
    word.span,
    `this IPsec policy holds for service ${draft.name}, and kinetd sets none`,
    'take it out, and set policies outside of kinetd, as with ip-xfrm(8)',
  );
}

function collect(draft: Draft, properties: readonly Property[]): ReadonlyMap<Name, Property> {
  const found = new Map<Name, Property>();
  for (const property of properties) {
    const { key, values } = property;
    const name = names.find((known) => known === key.text);
    if (name === undefined) {
      draft.find('unknown-attribute', key.span, `there is no key '${key.text}'`, `the keys are ${names.join(', ')}`);
    } else if (found.has(name)) {
      draft.find('attribute-repeated', key.span, `${name} stands here twice`, 'take one of them out');
    } else {
      found.set(name, property);
      if (lists.has(name) ? name === 'acceptfilter' && values.length === 0 : values.length !== 1) {
        draft.find('wrong-value-count', key.span, `${name} has ${values.length} values`, 'write one');
      }
    }
  }
  return found;
}

function kindOf({ settings }: Draft): 'stream' | 'dgram' | undefined {
  const { socket_type: type } = settings;
  return type === 'stream' || type === 'dgram' ? type : undefined;
}

function readWait(draft: Draft, word: Word): void {
  if (word.text === 'yes' || word.text === 'no') draft.set('wait', word.text === 'yes', word);
  else draft.find('bad-word', word.span, `'${word.text}' is neither yes nor no`, 'write wait = yes or wait = no');
}

function readCount(draft: Draft, word: Word | undefined): number | undefined {
  if (word === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(word.text)) return Number(word.text);
  draft.find('bad-number', word.span, `'${word.text}' is not a number of at least 1`, 'write a whole number');
  return undefined;
}

function readBuffer(draft: Draft, word: Word | undefined): number | undefined {
  if (word === undefined) return undefined;
  const bytes = bufferSize(word.text);
  if (bytes === undefined) {
    draft.find('bad-number', word.span, `'${word.text}' is not a buffer size`, 'write bytes, or a number with k or m');
  }
  return bytes;
}

function isNumeric(address: string): boolean {
  return /^[0-9.]+$/.test(address) || address.includes(':');
}
