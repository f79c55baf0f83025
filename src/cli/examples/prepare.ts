/**
 * From the templates of examples/ to a configuration for this machine: the words between @ signs replaced, the
 * services whose interpreter is missing left out. Pure; whoever calls writes the files.
 */
import { catalogue, type Example, type Need } from './catalogue.ts';

/** A program that was looked for: where it is, or why there is none and how to get it. */
export type Found =
  | { readonly found: true; readonly path: string }
  | { readonly found: false; readonly reason: string; readonly remedy: string };

export interface Machine {
  /** The configuration files of examples/ by their names below it: `xinetd.conf`, `xinetd.d/…`, `inetd.conf`. */
  readonly templates: ReadonlyMap<string, string>;
  /** Absolute path of the copy that is being made; without white space, since configuration files have no quotes. */
  readonly folder: string;
  /** Absolute path of a folder that the services may write to. */
  readonly state: string;
  /** Whom the services run as. */
  readonly user: string;
  readonly programs: Readonly<Record<Need, Found>>;
  /** Other ports than the templates', by the name of the service. */
  readonly ports: ReadonlyMap<string, number>;
}

export interface Prepared {
  /** Text by name below the folder. */
  readonly files: ReadonlyMap<string, string>;
  readonly on: readonly { readonly example: Example; readonly port: number }[];
  readonly off: readonly { readonly example: Example; readonly reason: string; readonly remedy: string }[];
}

/** @throws Error when a template has a word between @ signs that nobody knows, or lacks a service's port */
export function prepare(machine: Machine): Prepared {
  const files = new Map(machine.templates);
  const on: Prepared['on'][number][] = [];
  const off: Prepared['off'][number][] = [];
  for (const example of catalogue) {
    const program = machine.programs[example.need];
    if (program.found) {
      files.set(example.template, markPort(example, textOf(files, example.template)));
      on.push({ example, port: portOf(example, machine) });
    } else {
      leaveOut(example, files);
      off.push({ example, reason: program.reason, remedy: program.remedy });
    }
  }
  for (const [name, text] of files) files.set(name, fill(name, text, words(machine)));
  return { files, on, off };
}

/** A word whose program is missing has no value; no service that is on needs it. */
function words(machine: Machine): ReadonlyMap<string, string> {
  const known = new Map([
    ['FOLDER', machine.folder],
    ['STATE', machine.state],
    ['USER', machine.user],
  ]);
  for (const [word, need] of [
    ['PYTHON3', 'python3'],
    ['PHP', 'php'],
  ] as const) {
    const program = machine.programs[need];
    if (program.found) known.set(word, program.path);
  }
  for (const example of catalogue) known.set(portWord(example), String(portOf(example, machine)));
  return known;
}

function portOf(example: Example, machine: Machine): number {
  return machine.ports.get(example.name) ?? example.port;
}

function portWord(example: Example): string {
  return `PORT${example.port}`;
}

function fill(name: string, text: string, known: ReadonlyMap<string, string>): string {
  return text.replace(/^(?!#).*$/gm, (line) =>
    line.replace(/@([A-Z0-9]+)@/g, (word, key: string) => {
      const value = known.get(key);
      if (value === undefined) throw new Error(`examples/${name}: nothing to put in place of ${word}`);
      return value;
    }),
  );
}

/** Every port becomes a word before any is filled in: one service may get the port that another one has given up. */
function markPort(example: Example, text: string): string {
  const standard = new RegExp(`^([^#\\n]*?)\\b${example.port}\\b`, 'm');
  if (!standard.test(text)) throw new Error(`examples/${example.template} lacks port ${example.port}`);
  return text.replace(standard, `$1@${portWord(example)}@`);
}

/** A file of its own goes; a line among others becomes a comment, marked as Debian's update-inetd marks it. */
function leaveOut(example: Example, files: Map<string, string>): void {
  if (example.template.startsWith('xinetd.d/')) {
    files.delete(example.template);
    return;
  }
  const line = new RegExp(`^(?=[^#\\s]*:${example.port}\\s)`, 'm');
  files.set(example.template, textOf(files, example.template).replace(line, '#<off># '));
}

function textOf(files: ReadonlyMap<string, string>, name: string): string {
  const text = files.get(name);
  if (text === undefined) throw new Error(`examples/${name} is missing`);
  return text;
}
