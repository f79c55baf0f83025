/**
 * A service that is said in words of a command line and not in a file: the same attributes with the same meaning, read,
 * checked and resolved as those of an xinetd.conf. What is found about it points at the words of the command line.
 *
 * Where words have a meaning that depends on who types them (a program of PATH, the folder that one is in), whoever
 * calls has replaced them: what comes here means the same in a file, and {@link printCommandLine} writes that file.
 */
import type { AttributeName } from './definition.ts';
import type { Diagnostic } from './diagnostic/mod.ts';
import type { Reading } from './load.ts';
import { type SourceFile, sourceFile } from './source/mod.ts';
import { type Assignment, attributes, interpret, printTree, type ServiceEntry, type Word } from './xinetd/mod.ts';

/** In the place of a file's path. */
const place = 'command line';

export interface CommandLine {
  /** All of it, as bytes (see source/file.ts), on one line. */
  readonly text: string;
  /** The name of the service. */
  readonly name: string;
  readonly attributes: readonly SpokenAttribute[];
}

export interface SpokenAttribute {
  readonly attribute: AttributeName;
  /** The words behind the `=`, as bytes, each of which may hold blanks all the same; those of `command` are quoted. */
  readonly values: readonly string[];
  /** Where the command line says it; undefined: nowhere, it goes without saying. */
  readonly at: Stretch | undefined;
}

/** Of the text; the end is exclusive. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
  /** Where the first value stands; the others follow it, each after a blank. */
  readonly values: number;
}

/** A finding of whoever has read the command line, before anything else is found. */
export type Problem = (file: SourceFile) => Diagnostic;

/** @param problems each refuses the service, if it is an error */
export function readCommandLine(line: CommandLine, problems: readonly Problem[] = []): Reading {
  const file = sourceFile(place, line.text);
  const entry = entryOf(line);
  const found = problems.map((problem) => problem(file));
  const { definitions, defaults, diagnostics } = interpret([{ file, entry: { ...entry, problems: found } }]);
  const places = new Map(
    line.attributes.flatMap(({ attribute, at }) =>
      at === undefined ? [] : [[attribute, { file, start: at.start, end: at.end }] as const],
    ),
  );
  return {
    definitions: definitions.map((definition) => ({
      ...definition,
      // What is said nowhere is told about at the addresses, which always are there.
      span: places.get('listen') ?? { file, start: 0, end: line.text.length },
      spans: places,
    })),
    defaults,
    diagnostics,
    files: [place],
    texts: [file],
    unread: [],
    usable: true,
  };
}

/**
 * The same service as an entry of an xinetd.conf.
 * @returns the attributes that cannot be written there, when there are such: values there end at a blank
 */
export function printCommandLine(line: CommandLine): string | readonly AttributeName[] {
  const unwritable = line.attributes.filter(
    ({ attribute, values }) =>
      attributes[attribute].quotable !== true && values.some((value) => value === '' || /\s|^#/.test(value)),
  );
  if (unwritable.length > 0) return unwritable.map(({ attribute }) => attribute);
  return printTree({ file: sourceFile(place, line.text), items: [entryOf(line)], problems: [] });
}

function entryOf({ name, attributes: spoken }: CommandLine): ServiceEntry {
  return {
    kind: 'service',
    keyword: { text: 'service', start: 0 },
    name: { text: name, start: 0 },
    assignments: spoken.map(
      ({ attribute, values, at }): Assignment => ({
        attribute: { text: attribute, start: at?.start ?? 0 },
        operator: '=',
        operatorStart: at?.start ?? 0,
        values: apart(values, at?.values ?? 0),
        comment: [],
      }),
    ),
    problems: [],
  };
}

/** With one blank between each two. */
function apart(values: readonly string[], start: number): readonly Word[] {
  let at = start;
  return values.map((text) => {
    const word = { text, start: at };
    at += text.length + 1;
    return word;
  });
}
