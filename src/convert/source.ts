/**
 * What is converted: the entries of a configuration in their order, each with the comments that stand above it and in it,
 * and with what has become of it on this machine.
 */
import {
  type Assignment,
  type AttributeName,
  attributeNamed,
  type Definition,
  locate,
  parseXinetd,
  type Reading,
  type ServiceTable,
  type Settings,
  type SourceFile,
  type Span,
  takesList,
  visible,
} from '../config/mod.ts';
import type { Service } from '../model/mod.ts';
import { CommentQueue, commentsOf } from './comments.ts';
import { bytesOf } from './text.ts';

export interface Remarks {
  readonly above: readonly string[];
  /** Above a line of the entry. */
  readonly inside: ReadonlyMap<AttributeName, readonly string[]>;
  readonly below: readonly string[];
}

export interface SourceEntry {
  readonly kind: 'entry';
  readonly definition: Definition;
  readonly id: string;
  readonly state: 'ready' | 'refused' | 'disabled';
  /** Of one that is ready. */
  readonly service: Service | undefined;
  /** Why it is refused; of one that is disabled, what is wrong with it. */
  readonly problems: readonly { readonly message: string; readonly line: number }[];
  readonly remarks: Remarks;
  /** The entry as it stands there. */
  readonly lines: readonly string[];
}

/** Comments that stand above no entry. */
interface LooseComments {
  readonly kind: 'comments';
  readonly lines: readonly string[];
}

export interface Source {
  readonly files: readonly SourceFile[];
  /** undefined where none of the files has `defaults`. */
  readonly defaults:
    | { readonly settings: Settings; readonly spans: ReadonlyMap<AttributeName, Span>; readonly remarks: Remarks }
    | undefined;
  /** In the order of the text; what `metrics` of defaults stands for is not among them. */
  readonly items: readonly (SourceEntry | LooseComments)[];
}

export function sourceOf(reading: Reading, table: ServiceTable): Source {
  const { definitions, defaults } = reading;
  const metrics = defaults.spans.get('metrics');
  const found = new Found();
  for (const file of reading.texts) {
    const own = definitions.filter(({ span }) => span.file === file && span !== metrics);
    if (own[0]?.dialect === 'inetd') found.readInetd(file, own);
    else found.readXinetd(file, own);
  }
  const last = new Map<SourceFile, Definition>();
  for (const definition of definitions) if (definition.span !== metrics) last.set(definition.span.file, definition);
  const items: Source['items'][number][] = [];
  for (const file of reading.texts) {
    const lines = last.has(file) ? [] : (found.rest.get(file) ?? []);
    if (lines.length > 0) items.push({ kind: 'comments', lines });
  }
  for (const [index, definition] of definitions.entries()) {
    const entry = table.entries[index];
    if (entry === undefined || definition.span === metrics) continue;
    const end = found.ends.get(definition) ?? definition.span.end;
    const { file, start } = definition.span;
    items.push({
      kind: 'entry',
      definition,
      id: entry.id,
      state: entry.state,
      service: entry.state === 'ready' ? entry.service : undefined,
      problems: entry.state === 'ready' ? [] : problemsOf(definition, end, entry, table),
      remarks: found.remarks.get(definition) ?? none,
      lines: file.text.slice(start, end).split(/\r*\n/),
    });
    const lines = last.get(file) === definition ? (found.rest.get(file) ?? []) : [];
    if (lines.length > 0) items.push({ kind: 'comments', lines });
  }
  return {
    files: reading.texts,
    defaults: found.hasDefaults ? { ...defaults, remarks: found.defaults } : undefined,
    items,
  };
}

const none: Remarks = { above: [], inside: new Map(), below: [] };

function problemsOf(
  { span, errors }: Definition,
  end: number,
  { id, state }: ServiceTable['entries'][number],
  { diagnostics }: ServiceTable,
): SourceEntry['problems'] {
  const wanted = state === 'refused' ? 'error' : 'warning';
  const own = diagnostics.filter(
    (diagnostic) =>
      diagnostic.severity === wanted &&
      diagnostic.service === id &&
      diagnostic.path === span.file.path &&
      (diagnostic.span === undefined || (diagnostic.span.start >= span.start && diagnostic.span.end <= end)),
  );
  // What is wrong with a value of defaults is told there.
  const other = diagnostics.filter(({ severity, service }) => severity === 'error' && service === id);
  const chosen = own.length > 0 || state === 'disabled' ? own : errors.length > 0 ? errors : other;
  return chosen.map((diagnostic) => ({
    message: diagnostic.message,
    line: locate(span.file, diagnostic.span?.file === span.file ? diagnostic.span.start : span.start).line,
  }));
}

/** What the texts say besides what their readers have made of them. */
class Found {
  readonly remarks = new Map<Definition, Remarks>();
  /** Where the text of an entry of an xinetd.conf ends. */
  readonly ends = new Map<Definition, number>();
  /** Comments behind the last entry of a file. */
  readonly rest = new Map<SourceFile, readonly string[]>();
  hasDefaults = false;
  readonly #defaults = { above: [] as string[], inside: new Map<AttributeName, string[]>(), below: [] as string[] };

  get defaults(): Remarks {
    return this.#defaults;
  }

  readInetd(file: SourceFile, definitions: readonly Definition[]): void {
    const comments = new CommentQueue(
      commentsOf(
        file,
        'inetd',
        definitions.map(({ span }) => span),
      ),
    );
    for (const definition of definitions) {
      const above = comments.before(definition.span.end);
      this.remarks.set(definition, { ...none, above });
    }
    this.rest.set(file, comments.before(Number.POSITIVE_INFINITY));
  }

  readXinetd(file: SourceFile, definitions: readonly Definition[]): void {
    const byPlace = new Map(definitions.map((definition) => [definition.span.start, definition]));
    const { items } = parseXinetd(file, takesList);
    const spans = items.flatMap((item) =>
      item.kind === 'service' || item.kind === 'defaults' ? item.assignments.map(placeOf) : [],
    );
    const comments = new CommentQueue(commentsOf(file, 'xinetd', spans));
    for (const [index, item] of items.entries()) {
      const next = items[index + 1]?.keyword.start ?? file.text.length;
      if (item.kind !== 'service' && item.kind !== 'defaults') continue;
      const above = comments.before(item.keyword.start);
      const inside = new Map<AttributeName, readonly string[]>();
      for (const assignment of item.assignments) {
        const name = attributeNamed(assignment.attribute.text);
        const newline = file.text.indexOf('\n', placeOf(assignment).end);
        const taken = comments.before(newline === -1 ? next : newline);
        const key = name ?? 'id';
        if (taken.length > 0) inside.set(key, [...(inside.get(key) ?? []), ...taken]);
      }
      const end = endOfBlock(file, item.assignments.at(-1)?.operatorStart ?? item.keyword.start, next);
      const below = comments.before(end);
      if (item.kind === 'service') {
        const definition = byPlace.get(item.keyword.start);
        if (definition === undefined) continue;
        this.remarks.set(definition, { above, inside, below });
        this.ends.set(definition, end);
      } else {
        this.#addDefaults(above, inside, below);
      }
    }
    this.rest.set(file, comments.before(Number.POSITIVE_INFINITY));
  }

  #addDefaults(
    above: readonly string[],
    inside: ReadonlyMap<AttributeName, readonly string[]>,
    below: readonly string[],
  ): void {
    this.hasDefaults = true;
    this.#defaults.above.push(...above);
    for (const [name, lines] of inside) {
      this.#defaults.inside.set(name, [...(this.#defaults.inside.get(name) ?? []), ...lines]);
    }
    this.#defaults.below.push(...below);
  }
}

function placeOf({ attribute, operatorStart, operator, values }: Assignment): Pick<Span, 'start' | 'end'> {
  const last = values.at(-1);
  return {
    start: attribute.start,
    end: last === undefined ? operatorStart + operator.length : last.start + last.text.length,
  };
}

/** Behind the brace that ends it, or where the next one begins. */
function endOfBlock({ text }: SourceFile, from: number, next: number): number {
  const brace = /\n\s*\}/.exec(text.slice(from, next));
  return brace === null ? next : from + brace.index + brace[0].length;
}

/** The first line of what is made of it. */
export function headOf({ files }: Source, target: string): string {
  return bytesOf(
    visible(`# Converted from ${files.map(({ path }) => path).join(', ')} by kinetd convert --to ${target}`),
  );
}
