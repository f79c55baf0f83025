/**
 * From paths to the ServiceTable: reads files and directories, tells by content in which dialect each is
 * written, and resolves all of it as one configuration.
 *
 * Files in xinetd's dialect share their `defaults`, whichever file those stand in; they do not reach lines of
 * an inetd.conf. Entries of xinetd's dialect come first, as with xinetd's -inetd_compat.
 *
 * What cannot be read loses itself alone. The table is not usable when nothing could be read, or when
 * `defaults` has an error, since every service would run without what the broken line meant.
 */
import type { Definition, InetdDialect } from './definition.ts';
import { type Diagnostic, diagnose } from './diagnostic/mod.ts';
import { guessDialect } from './dialect.ts';
import { readInetd } from './inetd/mod.ts';
import { defaultOptions, type ResolveOptions, resolveDefinitions, type System } from './resolve/mod.ts';
import { type FileAccess, isDiagnostic, readDirectory, type SourceFile } from './source/mod.ts';
import type { ServiceTable } from './table.ts';
import { type Defaults, readXinetd } from './xinetd/mod.ts';

export interface LoadRequest {
  /** Files and directories, as from `-f`; relative ones stand against the directory that FileAccess knows. */
  readonly paths: readonly string[];
  /** What the command line says about services of an inetd.conf; absent: {@link defaultOptions}. */
  readonly inetd?: Partial<ResolveOptions>;
  /** Whose inetd an inetd.conf is written for when it does not say so itself; absent: told by its text. */
  readonly dialect?: InetdDialect;
  /** FreeBSD's -a: where the lines of an inetd.conf listen that say nothing about it; absent: everywhere. */
  readonly addresses?: readonly string[];
}

/** Files that were asked for, and what became of the others. */
interface Sources {
  readonly files: readonly SourceFile[];
  readonly diagnostics: readonly Diagnostic[];
  readonly unread: readonly string[];
}

/** All files read, and nothing asked of the machine yet. */
export interface Reading {
  /** In the order of the entries of the table that {@link resolveReading} makes of them. */
  readonly definitions: readonly Definition[];
  readonly defaults: Defaults;
  /** Of the readers, in no particular order. */
  readonly diagnostics: readonly Diagnostic[];
  readonly files: readonly string[];
  /** The same files, as far as they are understood: for whoever shows or keeps what stands between the entries. */
  readonly texts: readonly SourceFile[];
  readonly unread: readonly string[];
  readonly usable: boolean;
}

/** Never rejects because of what the files hold or lack; see {@link ServiceTable.usable}. */
export function load(request: LoadRequest, system: System, access: FileAccess): Promise<ServiceTable> {
  return resolveReading(readConfiguration(request, access), request, system);
}

/** The first half of {@link load}. */
export function readConfiguration(request: LoadRequest, access: FileAccess): Reading {
  const sources = readSources(request.paths, access);
  const xinetdFiles: SourceFile[] = [];
  const definitions: Definition[] = [];
  const diagnostics: Diagnostic[] = [...sources.diagnostics];
  const inetdPaths: string[] = [];
  const inetdTexts: SourceFile[] = [];
  const unread = [...sources.unread];
  let understood = 0;
  for (const file of sources.files) {
    const dialect = guessDialect(file);
    if (dialect !== 'unknown') understood++;
    if (dialect === 'xinetd') {
      xinetdFiles.push(file);
      continue;
    }
    inetdPaths.push(file.path);
    if (dialect === 'unknown') {
      diagnostics.push(unknownDialect(file));
      unread.push(file.path);
    }
    if (dialect === 'empty') inetdTexts.push(file);
    if (dialect !== 'inetd') continue;
    const reading = readInetd(file, { dialect: request.dialect, addresses: request.addresses, access });
    append(definitions, reading.definitions);
    append(diagnostics, reading.diagnostics);
    append(inetdPaths, reading.files);
    append(inetdTexts, [file, ...reading.texts]);
    append(unread, reading.unread);
  }
  if (understood === 0) diagnostics.push(nothingRead(request.paths, sources));

  const xinetd = readXinetd(xinetdFiles, access);
  append(diagnostics, xinetd.diagnostics);
  return {
    definitions: [...xinetd.definitions, ...definitions],
    defaults: xinetd.defaults,
    diagnostics,
    files: [...xinetd.files, ...inetdPaths],
    texts: [...xinetd.texts, ...inetdTexts],
    unread: [...unread, ...xinetd.unread],
    usable: understood > 0 && xinetd.usable,
  };
}

/** The second half of {@link load}. */
export async function resolveReading(
  { definitions, defaults, diagnostics, files, unread, usable }: Reading,
  request: Pick<LoadRequest, 'inetd'>,
  system: System,
): Promise<ServiceTable> {
  const resolution = await resolveDefinitions(definitions, defaults, system, { ...defaultOptions, ...request.inetd });
  return Object.freeze({
    entries: resolution.entries,
    defaults: defaults.settings,
    diagnostics: Object.freeze(inTextOrder([...diagnostics, ...resolution.diagnostics], files)),
    files: Object.freeze(files),
    unread: Object.freeze(unread),
    usable,
  });
}

function readSources(paths: readonly string[], access: FileAccess): Sources {
  const files = new Map<string, SourceFile>();
  const diagnostics: Diagnostic[] = [];
  const unread: string[] = [];
  for (const asked of paths) {
    // A path from the command line is text; FileAccess takes the bytes that a file would hold.
    const path = access.absolute(Buffer.from(asked, 'utf8').toString('latin1'));
    const answer = access.read(path);
    if (!isDiagnostic(answer)) {
      files.set(path, answer);
    } else if (answer.code === 'file-is-directory') {
      const reading = readDirectory(path, access);
      for (const file of reading.files) files.set(file.path, file);
      append(diagnostics, reading.diagnostics);
      append(unread, reading.unread);
    } else {
      diagnostics.push(answer);
      unread.push(path);
    }
  }
  return { files: [...files.values()], diagnostics, unread };
}

/** Files as they were read, and within a file by place; what has no place stands first. */
function inTextOrder(diagnostics: readonly Diagnostic[], files: readonly string[]): Diagnostic[] {
  const order = new Map(files.map((path, index) => [path, index]));
  const rank = ({ path }: Diagnostic): number => order.get(path) ?? -1;
  return diagnostics
    .map((diagnostic) => Object.freeze(diagnostic))
    .toSorted((a, b) => rank(a) - rank(b) || (a.span?.start ?? -1) - (b.span?.start ?? -1));
}

function unknownDialect(file: SourceFile): Diagnostic {
  const start = Math.max(0, file.text.search(/^[^\S\n]*[^#\s]/m));
  const newline = file.text.indexOf('\n', start);
  const span = { file, start, end: newline === -1 ? file.text.length : newline };
  return diagnose('unknown-dialect', span, 'this is neither an entry of an xinetd.conf nor a line of an inetd.conf', {
    help: "begin with 'service NAME', or write: service socktype protocol wait user program argv0 arguments",
  });
}

function nothingRead(paths: readonly string[], { files, unread }: Sources): Diagnostic {
  const empty = files.length === 0 && unread.length === 0;
  const why = empty
    ? `there is no configuration file in ${paths.join(', ')}`
    : 'none of the configuration files could be read';
  return {
    code: 'nothing-read',
    severity: 'error',
    message: paths.length === 0 ? 'no configuration file was named' : why,
    span: undefined,
    path: paths[0] ?? '',
    service: undefined,
    help:
      empty && paths.length > 0 ? "names that hold a '.' or end in '~' are passed over, as by includedir" : undefined,
  };
}

/** `push(...)` overflows the stack where there are more items than a call takes arguments. */
function append<Item>(items: Item[], more: readonly Item[]): void {
  for (const item of more) items.push(item);
}
