/**
 * A file and all that it includes, as one list of entries in the order of the text.
 *
 * A path is read once: a second `include` of it is a warning, and one that leads back to itself an error, so
 * the work is bounded by the size of the text. What cannot be read costs nothing else; the reading says which
 * paths those were.
 */
import { type Diagnostic, diagnose } from '../diagnostic/mod.ts';
import { type FileAccess, isDiagnostic, readDirectory, type SourceFile, type Span } from '../source/mod.ts';
import { parseXinetd, type TakesList } from './parser.ts';
import { type DefaultsEntry, type Include, type ServiceEntry, spanOf } from './tree.ts';

export interface LoadedEntry {
  readonly file: SourceFile;
  readonly entry: ServiceEntry | DefaultsEntry;
}

export interface Loaded {
  readonly entries: readonly LoadedEntry[];
  /** Problems outside of entries. */
  readonly problems: readonly Diagnostic[];
  /** In the order of reading. */
  readonly files: readonly SourceFile[];
  readonly unread: readonly string[];
}

/** Deeper nesting is a mistake, and the stack is finite. */
const deepest = 32;

export function loadXinetd(roots: readonly SourceFile[], access: FileAccess, takesList: TakesList): Loaded {
  const entries: LoadedEntry[] = [];
  const problems: Diagnostic[] = [];
  const files: SourceFile[] = [];
  const unread: string[] = [];
  const seen = new Set<string>(roots.map((root) => root.path));

  function loadFile(file: SourceFile, chain: readonly string[]): void {
    files.push(file);
    const tree = parseXinetd(file, takesList);
    for (const problem of tree.problems) problems.push(problem);
    for (const item of tree.items) {
      if (item.kind === 'service' || item.kind === 'defaults') entries.push({ file, entry: item });
      else follow(file, item, [...chain, file.path]);
    }
  }

  function follow(file: SourceFile, include: Include, chain: readonly string[]): void {
    const span = spanOf(file, include.keyword, include.path);
    const path = access.absolute(include.path.text);
    if (!mayRead(path, span, chain)) return;
    if (include.kind === 'includedir') {
      followDirectory(path, span, chain);
      return;
    }
    const answer = access.read(path);
    if (isDiagnostic(answer)) {
      problems.push(located(answer, span));
      unread.push(path);
    } else {
      loadFile(answer, chain);
    }
  }

  function followDirectory(path: string, span: Span, chain: readonly string[]): void {
    const reading = readDirectory(path, access);
    for (const diagnostic of reading.diagnostics) problems.push(located(diagnostic, span));
    for (const member of reading.unread) unread.push(member);
    for (const member of reading.files) {
      if (mayRead(member.path, span, chain)) loadFile(member, [...chain, path]);
    }
  }

  function mayRead(path: string, span: Span, chain: readonly string[]): boolean {
    if (chain.includes(path)) {
      const loop = [...chain.slice(chain.indexOf(path)), path].join(' includes ');
      problems.push(diagnose('include-loop', span, `the files include each other in a circle: ${loop}`));
    } else if (seen.has(path)) {
      problems.push(diagnose('include-repeated', span, `${path} is read already; it counts once`));
    } else if (chain.length >= deepest) {
      problems.push(diagnose('include-too-deep', span, `${path} is not read: files include files ${deepest} deep`));
      unread.push(path);
    } else {
      seen.add(path);
      return true;
    }
    return false;
  }

  for (const root of roots) loadFile(root, []);
  return { entries, problems, files, unread };
}

/** A finding about a file, told at the place that asked for the file. */
function located(diagnostic: Diagnostic, span: Span): Diagnostic {
  return { ...diagnostic, span, path: span.file.path };
}
