/**
 * Every file of inetd/ is read, and what comes out is compared with the file of the same name that ends in
 * `.json`. To see a change of many at once: `npx vitest run test/golden -u`, and read the difference.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { describeTable, diagnosticToJson, locate } from '../../src/config/mod.ts';
import { readInetd } from '../../src/config/inetd/mod.ts';
import { sourceFile } from '../../src/config/source/mod.ts';

const home = join(import.meta.dirname, 'inetd');

test.each(readdirSync(home).filter((name) => name.endsWith('.conf')))('%s reads as expected', async (name) => {
  const { definitions, diagnostics } = readInetd(sourceFile(name, readFileSync(join(home, name), 'latin1')));
  const entries = describeTable({
    entries: definitions.map(({ name: id, span, settings }) => ({ id, origin: { file: name, line: locate(span.file, span.start).line }, settings, state: 'refused' })),
  });
  const reading = {
    definitions: definitions.map(({ dialect, inetd, errors, spans }, index) => ({
      ...Object(entries[index]),
      state: undefined,
      dialect,
      inetd,
      written: [...spans].map(([attribute, { file, start, end }]) => `${attribute}: ${file.text.slice(start, end)}`),
      errors: errors.map(({ code }) => code),
    })),
    diagnostics: diagnostics.map((diagnostic) => diagnosticToJson(diagnostic)),
  };
  await expect(`${JSON.stringify(reading, null, 1)}\n`).toMatchFileSnapshot(join(home, name.replace(/\.conf$/, '.json')));
});
