/**
 * Entries to Definitions. What the words mean is in the attribute table; here are the rules that hold for all
 * of them: where an attribute may stand, how often, with which operator and how many values, what `defaults`
 * gives to a service, and that nothing wrong is ever passed over.
 *
 * - Anything wrong in a service is an error of its Definition, which is then refused, whatever follows.
 * - `disable = yes` anywhere in an entry makes it disabled, and its errors warnings.
 * - Anything wrong in `defaults` makes the configuration unusable: no service may run without a restriction
 *   that was meant for all.
 * - `defaults` reaches every service, wherever it stands and whichever file it is in. Lists add up over
 *   all `defaults` (there `=` is `+=`); of other attributes the first one counts.
 */
import type { AttributeName, Definition, Settings, SettingsInMaking } from '../definition.ts';
import { type Diagnostic, type DiagnosticCode, diagnose, quote, suggest } from '../diagnostic/mod.ts';
import { locate, type SourceFile, type Span } from '../source/mod.ts';
import type { Attribute, ListAttribute, Report, Value } from './attribute.ts';
import { attributeNamed, attributes, attributeWords } from './attributes/mod.ts';
import type { LoadedEntry } from './load.ts';
import { metricsServices } from './metrics-services.ts';
import { type Assignment, type DefaultsEntry, type ServiceEntry, spanOf } from './tree.ts';

/** What all `defaults` entries together say. */
export interface Defaults {
  readonly settings: Settings;
  /**
   * A Definition that took a value from here has the same Span object in its own `spans`; that is how an
   * inherited `log_type` (one shared log) is told from a service's own.
   */
  readonly spans: ReadonlyMap<AttributeName, Span>;
  /** As {@link Definition.listSpans}. */
  readonly listSpans: ReadonlyMap<AttributeName, readonly Span[]>;
}

export interface Interpretation {
  readonly definitions: readonly Definition[];
  readonly defaults: Defaults;
  readonly diagnostics: readonly Diagnostic[];
  readonly usable: boolean;
}

export function interpret(entries: readonly LoadedEntry[]): Interpretation {
  const defaults = new DefaultsInMaking();
  for (const { file, entry } of entries) if (entry.kind === 'defaults') defaults.add(file, entry);
  const diagnostics = defaults.diagnostics;
  const usable = diagnostics.every((diagnostic) => diagnostic.severity !== 'error');
  const definitions: Definition[] = [];
  for (const { file, entry } of entries) {
    if (entry.kind !== 'service') continue;
    const { definition, found } = define(file, entry, defaults);
    definitions.push(definition);
    for (const diagnostic of found) diagnostics.push(diagnostic);
  }
  const { settings, spans, listSpans } = defaults;
  definitions.push(...metricsServices(settings, spans));
  return { definitions, defaults: { settings, spans, listSpans }, diagnostics, usable };
}

/** A list attribute of an entry, between its first line and its last. */
interface OpenList {
  apply(line: Assignment, report: Report): void;
  finish(): void;
}

/** What `defaults` give an entry to begin with. */
type Inheritance = { readonly settings: Readonly<SettingsInMaking> } & Pick<Defaults, 'listSpans'>;

const nothing: Inheritance = { settings: {}, listSpans: new Map() };

/** The values that an entry, or all `defaults` together, collect. */
class Draft {
  readonly settings: SettingsInMaking = {};
  readonly spans: Map<AttributeName, Span> = new Map();
  readonly listSpans: Map<AttributeName, readonly Span[]> = new Map();
  readonly #lists: Map<AttributeName, OpenList> = new Map();
  readonly #inherited: Inheritance;

  constructor(inherited: Inheritance) {
    this.#inherited = inherited;
  }

  /** Takes over the value of a line whose form has been checked. */
  assign<K extends AttributeName>(name: K, line: Assignment, span: Span, report: Report): void {
    const attribute: Attribute<Value<K>> = attributes[name];
    if (attribute.arity === 'list') {
      const list = this.#lists.get(name) ?? this.#open(name, attribute);
      list.apply(line, report);
      this.spans.set(name, span);
      const before = this.listSpans.get(name) ?? this.#inherited.listSpans.get(name) ?? [];
      this.listSpans.set(name, line.operator === '=' ? [span] : [...before, span]);
      return;
    }
    const value = attribute.parse(line.values, report);
    if (value === undefined) return;
    this.settings[name] = value;
    this.spans.set(name, span);
  }

  /** Puts the lists, which lines may change until the last one, among the values. */
  finish(): void {
    for (const list of this.#lists.values()) list.finish();
  }

  #open<K extends AttributeName>(name: K, attribute: ListAttribute<Value<K>>): OpenList {
    const items = attribute.start(this.#inherited.settings[name]);
    const list: OpenList = {
      apply: (line, report) => items.apply(line.operator, line.values, report),
      finish: () => {
        this.settings[name] = items.value();
      },
    };
    this.#lists.set(name, list);
    return list;
  }

  inherit<K extends AttributeName>(name: K, span: Span): void {
    const value = this.#inherited.settings[name];
    if (value === undefined || attributes[name].places !== 'both') return;
    this.settings[name] = value;
    this.spans.set(name, span);
    const lines = this.#inherited.listSpans.get(name);
    if (lines !== undefined) this.listSpans.set(name, lines);
  }
}

class DefaultsInMaking {
  readonly diagnostics: Diagnostic[] = [];
  readonly #draft = new Draft(nothing);
  readonly #files = new Set<SourceFile>();

  get settings(): Settings {
    return this.#draft.settings;
  }

  get spans(): ReadonlyMap<AttributeName, Span> {
    return this.#draft.spans;
  }

  get listSpans(): ReadonlyMap<AttributeName, readonly Span[]> {
    return this.#draft.listSpans;
  }

  add(file: SourceFile, entry: DefaultsEntry): void {
    if (this.#files.has(file)) {
      const help = 'put everything into the first one';
      this.diagnostics.push(
        diagnose('second-defaults', spanOf(file, entry.keyword), "a second 'defaults' in one file", { help }),
      );
      return;
    }
    this.#files.add(file);
    for (const problem of entry.problems) this.diagnostics.push(problem);
    read(
      file,
      entry,
      'defaults',
      (name, line, span, report) => {
        const earlier = this.#draft.spans.get(name);
        if (earlier === undefined || earlier.file === file || attributes[name].arity === 'list') {
          this.#draft.assign(name, adding(line), span, report);
        } else {
          // Its value is looked at all the same, so that a mistake in it shows.
          new Draft(nothing).assign(name, line, span, report);
          report(
            'default-already-set',
            line.attribute,
            `${earlier.file.path} has set '${name}' already, and that counts`,
          );
        }
      },
      this.diagnostics,
    );
    this.#draft.finish();
  }
}

/** In `defaults` a list is only ever added to. */
function adding(line: Assignment): Assignment {
  return line.operator === '=' ? { ...line, operator: '+=' } : line;
}

function define(
  file: SourceFile,
  entry: ServiceEntry,
  defaults: Defaults,
): { readonly definition: Definition; readonly found: readonly Diagnostic[] } {
  const draft = new Draft(defaults);
  const raw: Diagnostic[] = [...entry.problems];
  read(file, entry, 'service', (name, line, span, report) => draft.assign(name, line, span, report), raw);
  draft.finish();
  for (const [name, span] of defaults.spans) if (!draft.spans.has(name)) draft.inherit(name, span);

  const disabled = entry.assignments.some(saysDisabled);
  if (disabled) draft.settings.disable = true;
  const service = draft.settings.id ?? entry.name.text;
  const found = raw.map((diagnostic) => ({ ...diagnostic, service, ...(disabled ? softened(diagnostic) : {}) }));
  const definition: Definition = {
    dialect: 'xinetd',
    name: entry.name.text,
    span: spanOf(file, entry.keyword, entry.name),
    settings: draft.settings,
    spans: draft.spans,
    listSpans: draft.listSpans,
    inetd: undefined,
    errors: found.filter((diagnostic) => diagnostic.severity === 'error'),
  };
  return { definition, found };
}

function softened(diagnostic: Diagnostic): Partial<Diagnostic> {
  return diagnostic.severity === 'error' ? { severity: 'warning' } : {};
}

function saysDisabled({ attribute, operator, values: [value] }: Assignment): boolean {
  return operator === '=' && attributeNamed(attribute.text) === 'disable' && value?.text.toLowerCase() === 'yes';
}

type Assign = (name: AttributeName, line: Assignment, span: Span, report: Report) => void;

/** Checks the form of each line and hands it on. */
function read(
  file: SourceFile,
  entry: ServiceEntry | DefaultsEntry,
  place: 'service' | 'defaults',
  assign: Assign,
  diagnostics: Diagnostic[],
): void {
  const first = new Map<AttributeName, Assignment>();
  for (const line of entry.assignments) {
    const operator = { text: line.operator, start: line.operatorStart };
    const span = spanOf(file, line.attribute, line.values.at(-1) ?? operator);
    const report: Report = (code, at, message, help) => {
      diagnostics.push(diagnose(code, at === undefined ? span : spanOf(file, at), message, { help }));
    };
    const name = attributeNamed(line.attribute.text);
    if (name === undefined) {
      const near = suggest(line.attribute.text, attributeWords());
      const help = near === undefined ? undefined : `did you mean '${near}'?`;
      report('unknown-attribute', line.attribute, `there is no attribute ${quote(line.attribute.text)}`, help);
      continue;
    }
    const earlier = first.get(name);
    if (earlier === undefined) first.set(name, line);
    const problem = problemOfForm(name, line, place, earlier && locate(file, earlier.attribute.start).line);
    if (problem !== undefined) {
      report(problem.code, problem.wholeLine ? undefined : line.attribute, problem.message, problem.help);
      continue;
    }
    assignWithHash(name, line, span, report, assign);
  }
}

interface ProblemOfForm {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly help?: string;
  readonly wholeLine?: true;
}

function problemOfForm(
  name: AttributeName,
  line: Assignment,
  place: 'service' | 'defaults',
  earlierLine: number | undefined,
): ProblemOfForm | undefined {
  const { arity, places, syntax } = attributes[name];
  const written = line.attribute.text.toLowerCase();
  if (places !== 'both' && places !== place) {
    return place === 'defaults'
      ? {
          code: 'not-in-defaults',
          message: `'${written}' cannot be in 'defaults'`,
          help: 'write it in each service that needs it',
        }
      : { code: 'not-in-service', message: `'${written}' can be in 'defaults' only` };
  }
  const attribute = attributes[name];
  const operators = attribute.arity !== 'list' ? ['='] : attribute.removable ? ['=', '+=', '-='] : ['=', '+='];
  if (!operators.includes(line.operator)) {
    return {
      code: 'operator-not-allowed',
      message: `'${written}' does not take '${line.operator}'`,
      help: `it takes ${operators.join(' and ')}`,
      wholeLine: true,
    };
  }
  if (arity !== 'list' && earlierLine !== undefined) {
    return {
      code: 'attribute-repeated',
      message: `'${written}' stands on line ${earlierLine} already`,
      help: 'keep one of the two lines',
      wholeLine: true,
    };
  }
  const given = line.values.length;
  const right = arity === 'list' || (arity === 'some' ? given > 0 : given === (arity === 'one' ? 1 : 2));
  if (right) return undefined;
  const wanted = arity === 'one' ? 'one value' : arity === 'two' ? 'two values' : 'at least one value';
  const closing = line.values.at(-1)?.text === '}' ? "; put the '}' on a line of its own" : '';
  return {
    code: 'wrong-value-count',
    message: `'${written}' takes ${wanted}, and ${given === 0 ? 'none is' : given === 1 ? 'one is' : `${given} are`} given`,
    help: `write: ${written} = ${syntax}${closing}`,
    wholeLine: true,
  };
}

/** A `#` in a list is a value, and mostly not meant as one. */
function assignWithHash(name: AttributeName, line: Assignment, span: Span, report: Report, assign: Assign): void {
  const hash = line.values.find((word) => word.text.startsWith('#'));
  if (hash === undefined || attributes[name].quotable === true) {
    assign(name, line, span, report);
    return;
  }
  const help = 'a comment can only stand on a line of its own here';
  let bad = false;
  assign(name, line, span, (code, at, message, otherHelp) => {
    if (at === undefined || at.start < hash.start) report(code, at, message, otherHelp);
    // The words of the comment make one error together.
    else if (!bad) report(code, hash, message, help);
    bad ||= at !== undefined && at.start >= hash.start;
  });
  if (!bad) report('hash-in-list', hash, "in a list of values a '#' does not begin a comment", help);
}
