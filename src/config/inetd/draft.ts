/**
 * A Definition in the making: settings with the places they were written at, and what was found on the way. Both
 * forms of an entry, fields in their order and NetBSD's keys, fill one.
 */
import type { AttributeName, Bound, Definition, InetdFields, Settings, SettingsInMaking } from '../definition.ts';
import { type Diagnostic, type DiagnosticCode, diagnose } from '../diagnostic/mod.ts';
import type { Span } from '../source/mod.ts';
import type { Field, ProtocolField } from './fields.ts';
import { socketTypeOf } from './fields.ts';
import type { Rules } from './rules.ts';
import type { Word } from './words.ts';

export class Draft {
  readonly findings: Diagnostic[] = [];
  readonly settings: SettingsInMaking = {};
  readonly #spans = new Map<AttributeName, Span>();
  readonly #span: Span;
  readonly #rules: Rules;
  name: string;

  /** @param name what the entry is called until its service is known */
  constructor(name: string, span: Span, rules: Rules) {
    this.name = name;
    this.#span = span;
    this.#rules = rules;
  }

  set<Name extends AttributeName>(name: Name, value: NonNullable<Settings[Name]>, { span }: Word): void {
    this.settings[name] = value;
    this.#spans.set(name, span);
  }

  /** The value of a field, or a finding and nothing. */
  field<Value>({ span }: Word, field: Field<Value>): Value | undefined {
    if (field.ok) return field.value;
    this.find(field.code, span, field.message, field.help);
    return undefined;
  }

  find(code: DiagnosticCode, span: Span, message: string, help?: string): void {
    this.findings.push(diagnose(code, span, message, { service: this.name, help }));
  }

  setSocketType(word: Word): void {
    const { text } = word;
    if (text === 'stream' || text === 'dgram' || text === 'raw' || text === 'seqpacket') {
      this.set('socket_type', text, word);
    } else if (text === 'rdm') {
      this.find('not-available', word.span, 'rdm sockets are not supported', 'Linux has none for the Internet');
    } else {
      this.find('bad-word', word.span, `unknown socket type '${text}'`, 'write stream or dgram');
    }
  }

  setProtocol(word: Word, field: ProtocolField): void {
    const kind = socketTypeOf(field.transport);
    if (kind !== undefined) this.set('protocol', kind === 'stream' ? 'tcp' : 'udp', word);
    if (field.rpc) this.set('type', new Set(['RPC']), word);
  }

  /** At most so many connections a minute from each address. */
  setSourceRate(count: Bound, word: Word): void {
    const rate = count === 'UNLIMITED' ? count : { count, periodSeconds: 60, burst: count };
    this.set('rate_limit_source', rate, word);
  }

  /** The definition with `fields` for what only an inetd can say; what they lack is unknown. */
  definition(fields: Partial<InetdFields>): Definition {
    return {
      dialect: 'inetd',
      name: this.name,
      span: this.#span,
      settings: this.settings,
      spans: this.#spans,
      inetd: { ...nothing, dialect: this.#rules.dialect, service: this.name, ...fields },
      errors: this.findings.filter(({ severity }) => severity === 'error'),
    };
  }
}

const nothing = {
  addresses: [],
  transport: '',
  families: 'inet',
  sendBuffer: undefined,
  receiveBuffer: undefined,
  startsPerMinute: undefined,
  unix: undefined,
  loginClass: undefined,
} as const satisfies Partial<InetdFields>;
