/**
 * An entry in the form that all inetds share: fields in their order, then argv from argv[0] on.
 *
 * argv begins with argv[0], as the flag NAMEINARGS says in xinetd.conf. Without words after the program argv[0] is
 * the last component of its path, or the whole path where the dialect says so; FreeBSD's and NetBSD's inetd give
 * their servers an empty argv then, which nobody can want. Words beyond those that the inetd itself keeps are kept.
 */
import type { InetdFields, ServiceFlag, ServiceType } from '../definition.ts';
import type { Draft } from './draft.ts';
import type { FieldsEntry } from './entries.ts';
import { portOf, protocolField, type ServiceField, userField } from './fields.ts';
import type { Rules } from './rules.ts';
import { behindTcpd, isTcpd } from './tcpd.ts';
import { waitField } from './wait.ts';
import type { Word } from './words.ts';

const fieldNames = ['service', 'socket type', 'protocol', 'wait', 'user', 'program'] as const;

/** undefined: an `addr:` line could not be read, so where the lines below it listen is not known. */
export type DefaultAddresses = readonly string[] | undefined;

/** Fills the draft from the words of an entry. `where` is undefined when the first field cannot be read. */
export function readPositional(
  draft: Draft,
  { words, span }: FieldsEntry,
  where: ServiceField | undefined,
  defaults: DefaultAddresses,
  rules: Rules,
): Partial<InetdFields> {
  const [first, socketType, protocol, wait, user, program, ...args] = words;
  const service = where?.service ?? '';
  if (service !== '') draft.name = service;
  const missing = fieldNames.filter((_, index) => words[index] === undefined);
  if (missing.length > 0 || where?.service === '') {
    const names = missing.length === 0 ? 'service' : missing.join(', ');
    const help = 'write: service socktype protocol wait user program argv0 arguments';
    draft.find('missing-field', span, `this line has no ${names}`, help);
  }
  const addresses = addressesOf(draft, first, where, defaults);
  const buffers = socketType === undefined ? undefined : socketWord(draft, socketType, rules);
  const { socket_type: type } = draft.settings;
  const kind = type === 'stream' || type === 'dgram' ? type : undefined;
  const transport =
    protocol === undefined ? undefined : draft.field(protocol, protocolField(protocol.text, kind, rules));
  if (protocol !== undefined && transport !== undefined) draft.setProtocol(protocol, transport);
  const limits = wait === undefined ? undefined : draft.field(wait, waitField(wait.text, rules));
  if (wait !== undefined && limits !== undefined) {
    draft.set('wait', limits.wait, wait);
    const instances = limits.instances ?? (limits.wait ? undefined : buffers?.instances);
    if (instances !== undefined) draft.set('instances', instances, wait);
    if (limits.startsPerMinutePerSource !== undefined) draft.setSourceRate(limits.startsPerMinutePerSource, wait);
    if (limits.perSource !== undefined) draft.set('per_source', limits.perSource, wait);
  }
  const who = user === undefined ? undefined : draft.field(user, userField(user.text, rules));
  if (user !== undefined && who !== undefined) setUser(draft, user, who.user, who.group);
  if (program !== undefined) setProgram(draft, program, args, rules);
  if (where !== undefined) setService(draft, first, where, transport, rules);
  return {
    addresses: where?.unix === undefined ? (addresses ?? []) : [],
    transport: transport?.transport ?? '',
    families: transport?.families ?? 'inet',
    sendBuffer: transport?.sendBuffer,
    receiveBuffer: transport?.receiveBuffer,
    startsPerMinute: limits?.startsPerMinute,
    service,
    unix: where?.unix,
    loginClass: who?.loginClass,
  };
}

/** The line's own addresses, or those of the `addr:` line above it. */
export function addressesOf(
  draft: Draft,
  word: Word,
  where: ServiceField | undefined,
  defaults: DefaultAddresses,
): DefaultAddresses {
  const addresses = where?.addresses ?? defaults;
  if (where !== undefined && where.unix === undefined && addresses === undefined) {
    const message = "the 'addr:' line above this one cannot be read";
    draft.find('bad-address', word.span, message, 'mend that line, or name the address here');
  }
  return addresses;
}

/** NetBSD's `stream,N:filter,argument`: the most servers at once, and an accept filter. */
function socketWord(draft: Draft, word: Word, rules: Rules): { readonly instances: number | undefined } {
  const [, type = '', digits, filter] = /^([^,:]*)(?:,(\d{1,9}))?(?::(.*))?$/.exec(word.text) ?? [];
  if (rules.dialect !== 'netbsd' || type === word.text || type === '') {
    draft.setSocketType(word);
    return { instances: undefined };
  }
  draft.setSocketType({ ...word, text: type });
  if (filter !== undefined) refuseFilter(draft, word, filter);
  return { instances: Number(digits ?? 0) || undefined };
}

export function refuseFilter(draft: Draft, word: Word, filter: string): void {
  const message = `the accept filter '${filter}' is a thing of BSD's kernels`;
  draft.find('not-available', word.span, message, 'leave it off; a server on Linux sees its client at once');
}

export function setUser(draft: Draft, word: Word, user: string, group: string | undefined): void {
  draft.set('user', user, word);
  if (group !== undefined) draft.set('group', group, word);
  // initgroups(3) for every user but root, whatever the group (seen).
  draft.set('groups', true, word);
}

export function setProgram(draft: Draft, word: Word, args: readonly Word[], rules: Rules): void {
  if (isTcpd(word.text)) {
    setBehindTcpd(draft, word, args, rules);
    return;
  }
  const internal = word.text === 'internal';
  if (internal) draft.set('type', new Set<ServiceType>([...(draft.settings.type ?? []), 'INTERNAL']), word);
  else draft.set('server', word.text, word);
  const [argv0] = args;
  const path = !internal && rules.argv0 === 'path' ? word : undefined;
  const words = argv0 === undefined && path !== undefined ? [path] : args;
  const [head] = words;
  if (head === undefined) return;
  draft.set('flags', new Set<ServiceFlag>(['NAMEINARGS']), head);
  draft.set(
    'server_args',
    words.map(({ text }) => text),
    head,
  );
  const beyond = rules.wordsKept === undefined ? undefined : args[rules.wordsKept];
  if (beyond !== undefined) {
    const message = `${rules.whose} inetd loses this word and those after it; they are passed on here`;
    draft.find('many-arguments', beyond.span, message);
  }
  const hash = args.find(({ text }) => text.startsWith('#'));
  if (hash !== undefined && rules.comments === 'line') {
    draft.find(
      'hash-in-list',
      hash.span,
      'this does not begin a comment: it is an argument of the program, and so is all that follows',
      "a comment has its '#' in the first column of a line",
    );
  }
}

function setBehindTcpd(draft: Draft, word: Word, args: readonly Word[], rules: Rules): void {
  const wrapped = behindTcpd(args);
  if (wrapped === undefined) {
    const help = 'write the program and its arguments behind tcpd, or in its place';
    draft.find('missing-field', word.span, 'tcpd is not told which program to start', help);
    return;
  }
  const [argv0] = wrapped.args;
  setProgram(draft, wrapped.program, wrapped.args, rules);
  draft.set('libwrap', argv0.text, argv0);
}

/** What the service field says besides where it listens. */
export function setService(
  draft: Draft,
  word: Word,
  { service, unix, tcpmux }: ServiceField,
  transport: { readonly rpc: boolean; readonly transport: string } | undefined,
  rules: Rules,
): void {
  if (transport !== undefined && (transport.transport === 'unix') !== (unix !== undefined)) {
    const help = unix === undefined ? 'write the path of the socket as service' : 'write unix as protocol';
    draft.find('bad-word', word.span, `a Unix socket has a path as service and unix as protocol`, help);
  }
  if (unix !== undefined) return;
  if (tcpmux !== undefined) {
    draft.set('type', new Set<ServiceType>([...(draft.settings.type ?? []), tcpmux]), word);
    return;
  }
  if (transport?.rpc === true) {
    const [, name, low, high] = /^([^/]+)\/(\d{1,9})(?:-(\d{1,9}))?$/.exec(service) ?? [];
    if (name !== undefined) {
      draft.name = name;
      draft.set('rpc_version', { low: Number(low), high: Number(high ?? low) }, word);
    } else if (rules.dialect === 'freebsd') {
      draft.set('rpc_version', { low: 1, high: 1 }, word);
    }
    return;
  }
  const port = draft.field(word, portOf(service));
  if (port !== undefined) draft.set('port', port, word);
}
