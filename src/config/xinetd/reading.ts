/**
 * Reads an xinetd.conf with all that it includes: the entries of every file, with defaults applied, and
 * everything that was found on the way. Never throws, and takes time in proportion to the text.
 */
import type { Definition } from '../definition.ts';
import type { Diagnostic } from '../diagnostic/mod.ts';
import type { FileAccess, SourceFile } from '../source/mod.ts';
import { attributeNamed, attributes } from './attributes/mod.ts';
import { type Defaults, interpret } from './interpret.ts';
import { loadXinetd } from './load.ts';

export interface XinetdReading {
  /** In the order of the text, included files at the place of their directive. `enabled` and `disabled` are not applied. */
  readonly definitions: readonly Definition[];
  readonly defaults: Defaults;
  /** Everything found, errors of definitions included; file by file, in the order of the text. */
  readonly diagnostics: readonly Diagnostic[];
  /** Paths of the files that were read, in that order. */
  readonly files: readonly string[];
  readonly texts: readonly SourceFile[];
  /** Paths that were to be read and could not be; what they defined before may well be meant still. */
  readonly unread: readonly string[];
  /** False: `defaults` has an error, and without it no service may run. */
  readonly usable: boolean;
}

/** Several entry files (those of a directory) are one configuration: `defaults` in one reaches all. */
export function readXinetd(entryFiles: readonly SourceFile[], access: FileAccess): XinetdReading {
  const { entries, problems, files, unread } = loadXinetd(entryFiles, access, takesList);
  const { definitions, defaults, diagnostics, usable } = interpret(entries);
  return {
    definitions,
    defaults,
    diagnostics: inOrderOfText([...problems, ...diagnostics], files),
    files: files.map((file) => file.path),
    texts: files,
    unread,
    usable,
  };
}

/** In most `some` and `list` attributes, and in lines that nobody understands, a `#` is a word. */
export function takesList(word: string): boolean {
  const name = attributeNamed(word);
  if (name === undefined) return true;
  const { arity, commentable } = attributes[name];
  return (arity === 'some' || arity === 'list') && commentable !== true;
}

function inOrderOfText(diagnostics: readonly Diagnostic[], files: readonly SourceFile[]): readonly Diagnostic[] {
  const rank = new Map(files.map((file, index) => [file.path, index]));
  const fileOf = (diagnostic: Diagnostic): number => rank.get(diagnostic.path) ?? files.length;
  const startOf = (diagnostic: Diagnostic): number => diagnostic.span?.start ?? -1;
  return diagnostics.toSorted((a, b) => fileOf(a) - fileOf(b) || startOf(a) - startOf(b));
}
