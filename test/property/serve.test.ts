/** What `kinetd serve --print` writes is the service that `kinetd serve` runs. */
import fc from 'fast-check';
import { expect, it } from 'vitest';

import { GivenAttributes, isSpoken } from '../../src/cli/serve/options.ts';
import { commandLineOf, type Typed } from '../../src/cli/serve/words.ts';
import {
  type AttributeName,
  attributes,
  printCommandLine,
  readCommandLine,
  resolveReading,
} from '../../src/config/mod.ts';
import { sourceFile } from '../../src/config/source/mod.ts';
import { attributeNames, readXinetd } from '../../src/config/xinetd/mod.ts';
import type { Service } from '../../src/model/mod.ts';
import { fakeSystem } from '../unit/config/fake-system.ts';
import { memoryFiles } from '../unit/config/memory-files.ts';

const system = fakeSystem({ everything: true });
const around = { user: 'alice', directory: '/home/alice', umask: 0o002, find: (word: string) => `/usr/bin/${word}` };

/** Words of programs, and nothing that the system does not let through. */
const argument = fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replaceAll('\0', ''));
const program: fc.Arbitrary<Typed['program']> = fc.oneof(
  fc.record({ shell: argument }),
  fc.tuple(fc.stringMatching(/^[a-z][a-z0-9 ]{0,8}$/), fc.array(argument, { maxLength: 5 })).map(([name, args]) => ({
    words: [name, ...args] as const,
  })),
);
const address = fc.constantFrom('8080', '9000-9003', 'tcp:127.0.0.1:80', 'tcp:[::1]:81', 'unix:socket', 'unix:/run/x');
/** As the examples of the manual have them. */
const given = fc.subarray(attributeNames().filter(isSpoken)).map((names) => {
  const options = new GivenAttributes();
  for (const name of names) {
    const example = attributes[name].example.replace(/^.*?= /, '');
    for (const value of name === 'env' ? example.split(' ') : [example]) options.take(name, value);
  }
  return options;
});

function written(text: string): Promise<Service | undefined> {
  const { definitions, defaults, diagnostics } = readXinetd([sourceFile('/x', text)], memoryFiles({}));
  return resolved({ definitions, defaults, diagnostics, files: ['/x'], texts: [], unread: [], usable: true });
}

async function resolved(reading: Parameters<typeof resolveReading>[0]): Promise<Service | undefined> {
  const { entries } = await resolveReading(reading, {}, system);
  const [entry] = entries;
  return entry?.state === 'ready' ? entry.service : undefined;
}

function placeless(service: Service | undefined): unknown {
  return service === undefined ? undefined : { ...service, origin: undefined };
}

it('the text and the command line are the same service', async () => {
  let served = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(address, { minLength: 1, maxLength: 3 }),
      given,
      program,
      async (addresses, options, words) => {
        const { line, problems } = commandLineOf({ addresses, attributes: options, program: words }, around);
        expect(problems).toEqual([]);
        expect(line.text).not.toContain('\n');
        const said = await resolved(readCommandLine(line));
        const text = printCommandLine(line);
        if (typeof text !== 'string') throw new Error(`not written: ${text.join(', ')}`);
        expect(placeless(await written(text))).toEqual(placeless(said));
        if (said !== undefined) served++;
      },
    ),
  );
  expect(served).toBeGreaterThan(0);
});

it('each word reaches the program as it was typed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(argument, { maxLength: 6 }), async (args) => {
      const { line } = commandLineOf(
        { addresses: ['1'], attributes: new Map(), program: { words: ['x', ...args] } },
        around,
      );
      const service = await resolved(readCommandLine(line));
      expect(service?.server).toMatchObject({
        launch: { argv: ['x', ...args], workingDirectory: '/home/alice', umask: 0o002 },
      });
    }),
  );
});

it('a value with a blank is served and not written', () => {
  const blank: readonly (readonly [AttributeName, string])[] = [
    ['working_directory', '/a b'],
    ['env', 'A=b c'],
  ];
  for (const [attribute, value] of blank) {
    const options = new Map([[attribute, [value]]]);
    const { line } = commandLineOf({ addresses: ['1'], attributes: options, program: { shell: 'x' } }, around);
    expect(readCommandLine(line).definitions[0]?.errors).toEqual([]);
    expect(printCommandLine(line)).toEqual([attribute]);
  }
});
