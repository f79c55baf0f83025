/**
 * An inetd.conf as Definitions: one for each line that is an entry, with the names of xinetd.conf(5) and
 * what only an inetd can say in `inetd`. Whose inetd the text is written for is found out first (detect.ts); the
 * files that NetBSD's `.include` names are read in the same dialect, at the place of the directive.
 *
 * Nothing is dropped: a line that cannot be understood is a Definition with errors, so the table shows it as
 * refused and the other lines run. Nothing is looked up here; the reader is pure but for the files that are
 * included, and never throws. A file is read once, so the work is bounded by the size of the text.
 */
import type { Definition, InetdDialect, InetdFields } from '../definition.ts';
import { type Diagnostic, diagnose } from '../diagnostic/mod.ts';
import { type FileAccess, isDiagnostic, type SourceFile, type Span } from '../source/mod.ts';
import { detectDialect } from './detect.ts';
import { disagreements } from './disagreements.ts';
import { Draft } from './draft.ts';
import { type Directive, type FieldsEntry, type Item, type NamedEntry, splitEntries } from './entries.ts';
import { serviceField } from './fields.ts';
import { foreignMessage, foreignSpelling } from './foreign.ts';
import { matchingPaths } from './include.ts';
import { readNamed, refusePolicy } from './keys.ts';
import { type DefaultAddresses, readPositional } from './positional.ts';
import { dialectHelp, type Rules } from './rules.ts';

export interface InetdReading {
  readonly dialect: InetdDialect;
  readonly definitions: readonly Definition[];
  /** Everything found, errors of definitions included; file by file, in the order of the text. */
  readonly diagnostics: readonly Diagnostic[];
  /** Included files, this one not. */
  readonly files: readonly string[];
  readonly texts: readonly SourceFile[];
  /** Paths that were to be included and could not be read. */
  readonly unread: readonly string[];
}

export interface InetdReadOptions {
  /** What the command line says about files that do not say it themselves. */
  readonly dialect?: InetdDialect | undefined;
  /** Where the lines listen that say nothing about it, and stand below no `addr:` line; absent: everywhere. */
  readonly addresses?: readonly string[] | undefined;
  /** For `.include`; without it each is refused. */
  readonly access?: FileAccess | undefined;
}

/** Files that include files to a depth beyond this have a mistake, and the stack is finite. */
const deepest = 32;

/** Reads one file, with all that it includes. Definitions and diagnostics stand in the order of the lines. */
export function readInetd(file: SourceFile, { dialect, addresses = [], access }: InetdReadOptions = {}): InetdReading {
  const detection = detectDialect(file, dialect);
  const reader = new Reader(detection.rules, access);
  const items = splitEntries(file, detection.rules);
  reader.read(file, items, { defaults: addresses, policy: undefined, chain: [file.path] });
  const own = [...detection.diagnostics, ...disagreements(file, items, detection.rules, detection.candidates)];
  const diagnostics = [...own, ...reader.diagnostics].map((diagnostic, index) => ({ diagnostic, index }));
  const rank = ({ path }: Diagnostic): number => (path === file.path ? -1 : reader.files.indexOf(path));
  return {
    dialect: detection.rules.dialect,
    definitions: reader.definitions,
    diagnostics: diagnostics
      .toSorted(
        ({ diagnostic: a, index: i }, { diagnostic: b, index: j }) =>
          rank(a) - rank(b) || (a.span?.start ?? 0) - (b.span?.start ?? 0) || i - j,
      )
      .map(({ diagnostic }) => diagnostic),
    files: reader.files,
    texts: reader.texts,
    unread: reader.unread,
  };
}

/** What the lines above leave behind for those below, and for the files that they include. */
interface Scope {
  readonly defaults: DefaultAddresses;
  /** The `#@` line that holds. */
  readonly policy: Span | undefined;
  /** The file and those that include it. */
  readonly chain: readonly string[];
}

class Reader {
  readonly definitions: Definition[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly files: string[] = [];
  readonly texts: SourceFile[] = [];
  readonly unread: string[] = [];
  readonly #rules: Rules;
  readonly #access: FileAccess | undefined;

  constructor(rules: Rules, access: FileAccess | undefined) {
    this.#rules = rules;
    this.#access = access;
  }

  read(file: SourceFile, items: readonly Item[], scope: Scope): void {
    let { defaults, policy } = scope;
    const hasPolicies = this.#rules.dialect === 'freebsd' || this.#rules.dialect === 'netbsd';
    for (const item of items) {
      if (item.kind === 'policy') {
        policy = item.empty || !hasPolicies ? undefined : item.span;
        if (!item.empty && !hasPolicies) {
          const help = 'the lines below it run without it; IPsec policies are set outside of kinetd';
          this.diagnostics.push(
            diagnose('policy-ignored', item.span, 'this IPsec policy of BSD is a comment here', { help }),
          );
        }
      } else if (item.kind === 'directive') {
        this.#follow(file, item, { ...scope, defaults, policy });
      } else {
        const answer = this.#entry(item, { ...scope, defaults, policy });
        if (answer !== undefined) defaults = answer.addresses;
      }
    }
  }

  /** @returns the new default of an `addr:` line */
  #entry(
    item: FieldsEntry | NamedEntry,
    { defaults, policy }: Scope,
  ): { readonly addresses: DefaultAddresses } | undefined {
    const first = item.kind === 'fields' ? item.words[0] : item.service;
    const draft = new Draft(first.text, item.span, this.#rules);
    for (const { span, message, help } of item.problems) draft.find('bad-quote', span, message, help);
    const foreign = foreignSpelling(item.kind === 'fields' ? item.words : [item.service], this.#rules);
    if (foreign !== undefined) {
      const help = dialectHelp(foreign.owners[0].dialect);
      draft.find('other-dialect', foreign.word.span, foreignMessage(foreign, this.#rules), help);
      this.#add(draft, {});
      return undefined;
    }
    const where = draft.field(first, serviceField(first.text));
    if (item.kind === 'fields' && item.words.length === 1 && /^[^/].*:$|^:$/.test(first.text)) {
      this.diagnostics.push(...draft.findings);
      return { addresses: where?.addresses };
    }
    if (policy !== undefined) refusePolicy(draft, { span: policy });
    const fields =
      item.kind === 'fields'
        ? readPositional(draft, item, where, defaults, this.#rules)
        : readNamed(draft, item, where, defaults, this.#rules);
    this.#add(draft, fields);
    return undefined;
  }

  #add(draft: Draft, fields: Partial<InetdFields>): void {
    this.definitions.push(draft.definition(fields));
    for (const finding of draft.findings) this.diagnostics.push(finding);
  }

  #follow(file: SourceFile, { words, span }: Directive, scope: Scope): void {
    const [directive, pattern, ...more] = words;
    if (directive.text !== '.include') {
      const help = 'NetBSD has .include alone';
      this.diagnostics.push(
        diagnose('bad-word', directive.span, `there is no directive '${directive.text}'`, { help }),
      );
      return;
    }
    if (pattern === undefined || more.length > 0) {
      const message = pattern === undefined ? '.include names no file' : '.include takes one file name or pattern';
      this.diagnostics.push(diagnose('missing-name', span, message));
      return;
    }
    const paths = this.#access === undefined ? [] : matchingPaths(pattern.text, file.path, this.#access);
    if (paths.length === 0) {
      this.diagnostics.push(diagnose('include-nothing', pattern.span, `no file matches '${pattern.text}'`));
    }
    for (const path of paths) this.#include(path, pattern.span, scope);
  }

  #include(path: string, span: Span, scope: Scope): void {
    const { chain } = scope;
    const problem = ((): Diagnostic | undefined => {
      if (chain.includes(path)) {
        const loop = [...chain.slice(chain.indexOf(path)), path].join(' includes ');
        return diagnose('include-loop', span, `the files include each other in a circle: ${loop}`);
      }
      if (this.files.includes(path)) {
        return diagnose('include-repeated', span, `${path} is read already; it counts once`);
      }
      if (chain.length < deepest) return undefined;
      this.unread.push(path);
      return diagnose('include-too-deep', span, `${path} is not read: files include files ${deepest} deep`);
    })();
    if (problem !== undefined) {
      this.diagnostics.push(problem);
      return;
    }
    const answer = this.#access?.read(path);
    if (answer === undefined) return;
    if (isDiagnostic(answer)) {
      this.diagnostics.push({ ...answer, span, path: span.file.path });
      this.unread.push(path);
      return;
    }
    this.files.push(path);
    this.texts.push(answer);
    this.read(answer, splitEntries(answer, this.#rules), { ...scope, chain: [...chain, path] });
  }
}
