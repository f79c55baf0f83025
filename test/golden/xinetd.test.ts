/**
 * Every file of xinetd/ is read, and what comes out is compared with the file of the same name that ends in
 * `.json`. To see a change of many at once: `npx vitest run test/golden -u`, and read the difference.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { Definition } from '../../src/config/definition.ts';
import { diagnosticToJson } from '../../src/config/diagnostic/mod.ts';
import { isDiagnostic, locate, type Span, systemFiles } from '../../src/config/source/mod.ts';
import { readXinetd } from '../../src/config/xinetd/mod.ts';

const home = join(import.meta.dirname, 'xinetd');

/** Everything that a reading says, with paths from the directory of the file on. */
function readingOf(directory: string, name: string): string {
  const access = systemFiles(directory);
  const file = access.read(join(directory, name));
  if (isDiagnostic(file)) throw new Error(file.message);
  const { definitions, defaults, diagnostics, files, unread, usable } = readXinetd([file], access);
  const reading = {
    usable,
    files,
    unread,
    defaults: { settings: defaults.settings, lines: linesOf(defaults.spans) },
    definitions: definitions.map(definitionToJson),
    diagnostics: diagnostics.map(diagnosticToJson),
  };
  return `${JSON.stringify(reading, replacer, 1).replaceAll(`${directory}/`, '').replaceAll(directory, '.')}\n`;
}

function definitionToJson(definition: Definition): object {
  const { dialect, name, span, settings, spans, inetd, errors } = definition;
  return {
    dialect,
    name,
    line: locate(span.file, span.start).line,
    settings,
    lines: linesOf(spans),
    inetd,
    errors: errors.map((error) => error.code),
  };
}

function linesOf(spans: ReadonlyMap<string, Span>): object {
  return Object.fromEntries([...spans].map(([name, { file, start }]) => [name, locate(file, start).line]));
}

function replacer(_key: string, value: unknown): unknown {
  return value instanceof Set ? [...value] : value;
}

describe.each(['.', 'include'])('in %s', (part) => {
  const directory = join(home, part);
  it.each(readdirSync(directory).filter((name) => name.endsWith('.conf')))('%s reads as expected', async (name) => {
    const expected = join(directory, name.replace(/\.conf$/, '.json'));
    await expect(readingOf(directory, name)).toMatchFileSnapshot(expected);
  });
});
