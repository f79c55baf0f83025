/**
 * What an old daemon would make of a configuration that kinetd reads (`kinetd check --as`): one table of rules. Each
 * says what it looks for in a definition and what the old daemon does there; the facts are those of
 * docs/compatibility.md, seen on Debian's own programs, and of the inetds' manual pages.
 */
import {
  type AttributeName,
  type Definition,
  type Diagnostic,
  diagnose,
  isXinetdAttribute,
  type Reading,
  type Span,
} from '../config/mod.ts';

export const predecessors = ['xinetd', 'openbsd-inetd', 'freebsd-inetd'] as const;
export type Predecessor = (typeof predecessors)[number];

interface Rule {
  readonly as: readonly Predecessor[];
  /** The attributes of a definition that the rule is about. */
  readonly finds: (definition: Definition) => readonly AttributeName[];
  readonly says: (attribute: AttributeName) => string;
}

const rules: readonly Rule[] = [
  {
    as: ['xinetd'],
    finds: (definition) => written(definition).filter((name) => !isXinetdAttribute(name)),
    says: (name) => `xinetd does not know ${name} and runs the service without it`,
  },
  {
    as: ['xinetd'],
    finds: (definition) => written(definition).filter((name) => loses(definition.spans.get(name))),
    says: (name) =>
      `xinetd takes the comment behind ${name} for values and runs this without the line; kinetd enforces it`,
  },
  {
    as: ['xinetd'],
    finds: ({ settings }) => ((settings.bind ?? []).length > 1 ? ['bind'] : []),
    says: () => 'xinetd drops a bind with several addresses, and listens everywhere',
  },
  {
    as: ['xinetd'],
    finds: ({ settings }) =>
      settings.access_times?.some(({ from, to }) => from > to || to === 1440) ? ['access_times'] : [],
    says: () => 'xinetd refuses times across midnight and 24:00, and with them the service',
  },
  {
    as: ['xinetd'],
    finds: ({ settings, spans }) => (settings.v6only === false && spans.has('v6only') ? ['v6only'] : []),
    says: () => 'xinetd takes v6only = no for yes',
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
]);

/** A note at each line of services that run and of which the old daemon makes something else. */
export function differences({ definitions }: Reading, as: Predecessor): readonly Diagnostic[] {
  return definitions
    .filter(({ settings }) => settings.disable !== true)
    .flatMap((definition) =>
      rules
        .filter((rule) => rule.as.includes(as))
        .flatMap((rule) => rule.finds(definition).map((name) => note(definition, name, rule.says(name)))),
    );
}

function note({ settings, name, spans, span }: Definition, attribute: AttributeName, message: string): Diagnostic {
  return diagnose('predecessor-differs', spans.get(attribute) ?? span, message, { service: settings.id ?? name });
}

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
