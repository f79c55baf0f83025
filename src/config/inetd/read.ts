/**
 * An inetd.conf as Definitions: one for each line that is an entry, with the names of xinetd.conf(5) and
 * what only an inetd can say in `inetd`.
 *
 * Nothing is dropped: a line that cannot be understood is a Definition with errors, so the table shows it as
 * refused and the other lines run. Nothing is looked up here; the reader is pure and never throws.
 *
 * Debian's openbsd-inetd is the model. argv begins with argv[0], as the flag NAMEINARGS says in xinetd.conf;
 * without words after the program argv[0] is the last component of its path. More than twenty words after
 * the program are kept (openbsd-inetd drops the rest without a word, seen).
 */
import type { AttributeName, Definition, InetdFields, ServiceFlag, ServiceType, Settings } from '../definition.ts';
import { type Diagnostic, type DiagnosticCode, diagnose } from '../diagnostic/mod.ts';
import type { SourceFile, Span } from '../source/mod.ts';
import { foreignSpelling } from './dialects.ts';
import { type Entry, splitEntries, type Word } from './entries.ts';
import {
  type Field,
  portOf,
  protocolField,
  type ServiceField,
  serviceField,
  socketTypeOf,
  userField,
  waitField,
} from './fields.ts';

export interface InetdReading {
  readonly definitions: readonly Definition[];
  /** Everything found, errors of definitions included; in the order of the text. */
  readonly diagnostics: readonly Diagnostic[];
}

/** openbsd-inetd's MAXARGV: argv[0] and nineteen more. */
const keptByDebian = 20;

const fieldNames = ['service', 'socket type', 'protocol', 'wait', 'user', 'program'] as const;

/** undefined: an `addr:` line could not be read, so where the lines below it listen is not known. */
type DefaultAddresses = readonly string[] | undefined;

/** Reads one file. Definitions and diagnostics stand in the order of the lines. */
export function readInetd(file: SourceFile): InetdReading {
  const { entries, policies } = splitEntries(file);
  const definitions: Definition[] = [];
  const diagnostics: Diagnostic[] = policies.map(({ span }) =>
    diagnose('policy-ignored', span, 'this IPsec policy is not applied', {
      help: 'the lines below it run without it; IPsec policies are set outside of kinetd',
    }),
  );
  let defaults: DefaultAddresses = [];
  for (const entry of entries) {
    const reader: EntryReader = new EntryReader(entry, defaults);
    const answer: Answer = reader.read();
    if ('definition' in answer) definitions.push(answer.definition);
    else defaults = answer.defaults;
    diagnostics.push(...reader.findings);
  }
  return { definitions, diagnostics: diagnostics.toSorted((a, b) => (a.span?.start ?? 0) - (b.span?.start ?? 0)) };
}

/** An entry, or the new default of an `addr:` line. */
type Answer = { readonly definition: Definition } | { readonly defaults: DefaultAddresses };

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

class EntryReader {
  readonly findings: Diagnostic[] = [];
  readonly #entry: Entry;
  readonly #defaults: DefaultAddresses;
  readonly #settings: Writable<Settings> = {};
  readonly #spans = new Map<AttributeName, Span>();
  #name: string;

  constructor(entry: Entry, defaults: DefaultAddresses) {
    this.#entry = entry;
    this.#defaults = defaults;
    this.#name = entry.words[0].text;
  }

  read(): Answer {
    const { words } = this.#entry;
    const [first] = words;
    const foreign = foreignSpelling(words);
    if (foreign !== undefined) {
      this.#find('other-dialect', foreign.word.span, foreign.message, foreign.help);
      return { definition: this.#definition(undefined) };
    }
    const where = this.#field(first, serviceField(first.text));
    if (words.length === 1 && /^[^/].*:$|^:$/.test(first.text)) return { defaults: where?.addresses };
    return { definition: this.#definition(this.#fields(words, where)) };
  }

  /** @param where undefined when the first field cannot be read, which has been told by then */
  #fields(words: Entry['words'], where: ServiceField | undefined): InetdFields {
    const [first, socketType, protocol, wait, user, program, ...args] = words;
    const service = where?.service ?? '';
    if (service !== '') this.#name = service;
    const missing = fieldNames.filter((_, index) => words[index] === undefined);
    if (missing.length > 0 || where?.service === '') {
      const names = missing.length === 0 ? 'service' : missing.join(', ');
      this.#find(
        'missing-field',
        this.#entry.span,
        `this line has no ${names}`,
        'write: service socktype protocol wait user program argv0 arguments',
      );
    }
    const addresses = where?.addresses ?? this.#defaults;
    if (where !== undefined && addresses === undefined) {
      this.#find(
        'bad-address',
        first.span,
        "the 'addr:' line above this one cannot be read",
        'mend that line, or name the address here',
      );
    }
    this.#socketType(socketType);
    const type = this.#settings.socket_type;
    const transport =
      protocol === undefined
        ? undefined
        : this.#field(protocol, protocolField(protocol.text, type === 'stream' || type === 'dgram' ? type : undefined));
    this.#protocol(protocol, transport);
    const rate = wait === undefined ? undefined : this.#field(wait, waitField(wait.text));
    if (wait !== undefined && rate !== undefined) this.#set('wait', rate.wait, wait);
    this.#user(user);
    this.#program(program, args);
    this.#service(first, service, transport?.rpc === true);
    return {
      addresses: transport?.transport === 'unix' ? [] : (addresses ?? []),
      transport: transport?.transport ?? '',
      sendBuffer: transport?.sendBuffer,
      receiveBuffer: transport?.receiveBuffer,
      startsPerMinute: rate?.startsPerMinute,
      service,
    };
  }

  #service(word: Word, service: string, rpc: boolean): void {
    if (rpc) {
      const [, name, low, high] = /^([^/]+)\/(\d{1,9})(?:-(\d{1,9}))?$/.exec(service) ?? [];
      if (name !== undefined) {
        this.#name = name;
        this.#set('rpc_version', { low: Number(low), high: Number(high ?? low) }, word);
      }
      return;
    }
    const port = this.#field(word, portOf(service));
    if (port !== undefined) this.#set('port', port, word);
  }

  #socketType(word: Word | undefined): void {
    if (word === undefined) return;
    const { text } = word;
    if (text === 'stream' || text === 'dgram' || text === 'raw' || text === 'seqpacket')
      this.#set('socket_type', text, word);
    else this.#find('bad-word', word.span, `unknown socket type '${text}'`, 'write stream or dgram');
  }

  #protocol(word: Word | undefined, field: { readonly rpc: boolean; readonly transport: string } | undefined): void {
    if (word === undefined || field === undefined) return;
    const kind = socketTypeOf(field.transport);
    if (kind !== undefined) this.#set('protocol', kind === 'stream' ? 'tcp' : 'udp', word);
    if (field.rpc) this.#set('type', new Set<ServiceType>(['RPC']), word);
  }

  #user(word: Word | undefined): void {
    const field = word === undefined ? undefined : this.#field(word, userField(word.text));
    if (word === undefined || field === undefined) return;
    this.#set('user', field.user, word);
    if (field.group !== undefined) this.#set('group', field.group, word);
    // initgroups(3) for every user but root, whatever the group (seen).
    this.#set('groups', true, word);
  }

  #program(word: Word | undefined, args: readonly Word[]): void {
    if (word === undefined) return;
    if (word.text === 'internal') {
      this.#set('type', new Set<ServiceType>([...(this.#settings.type ?? []), 'INTERNAL']), word);
      return;
    }
    this.#set('server', word.text, word);
    const [argv0] = args;
    if (argv0 === undefined) return;
    this.#set('flags', new Set<ServiceFlag>(['NAMEINARGS']), argv0);
    this.#set(
      'server_args',
      args.map(({ text }) => text),
      argv0,
    );
    const beyond = args[keptByDebian];
    if (beyond !== undefined) {
      this.#find(
        'many-arguments',
        beyond.span,
        `Debian's inetd drops this word and those after it; they are passed on here`,
        undefined,
      );
    }
    const hash = args.find(({ text }) => text.startsWith('#'));
    if (hash !== undefined) {
      this.#find(
        'hash-in-list',
        hash.span,
        'this does not begin a comment: it is an argument of the program, and so is all that follows',
        "a comment has its '#' in the first column of a line",
      );
    }
  }

  #set<Name extends AttributeName>(name: Name, value: NonNullable<Settings[Name]>, word: Word): void {
    this.#settings[name] = value;
    this.#spans.set(name, word.span);
  }

  /** The value of a field, or a finding and nothing. */
  #field<Value>(word: Word, field: Field<Value>): Value | undefined {
    if (field.ok) return field.value;
    this.#find(field.code, word.span, field.message, field.help);
    return undefined;
  }

  #find(code: DiagnosticCode, span: Span, message: string, help: string | undefined): void {
    this.findings.push(diagnose(code, span, message, { service: this.#name, help }));
  }

  #definition(fields: InetdFields | undefined): Definition {
    const nothing = {
      addresses: [],
      transport: '',
      sendBuffer: undefined,
      receiveBuffer: undefined,
      startsPerMinute: undefined,
    };
    return {
      dialect: 'inetd',
      name: this.#name,
      span: this.#entry.span,
      settings: this.#settings,
      spans: this.#spans,
      inetd: fields ?? { ...nothing, service: this.#name },
      errors: this.findings.filter(({ severity }) => severity === 'error'),
    };
  }
}
