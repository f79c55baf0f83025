/** No text whatever makes the reader of xinetd.conf throw or lose its place, and printing loses no meaning. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Definition, Settings } from '../../src/config/definition.ts';
import { diagnosticToJson, renderDiagnostic } from '../../src/config/diagnostic/mod.ts';
import { sourceFile } from '../../src/config/source/mod.ts';
import {
  attributeNames,
  attributes,
  looksLikeXinetd,
  parseXinetd,
  printTree,
  readXinetd,
  takesList,
  wordsOf,
  type XinetdReading,
} from '../../src/config/xinetd/mod.ts';
import { memoryFiles } from '../unit/config/memory-files.ts';

function read(text: string): XinetdReading {
  return readXinetd([sourceFile('/x', text)], memoryFiles({}));
}

/** Reads, and checks what must hold of every reading. */
function readSoundly(text: string): XinetdReading {
  const reading = read(text);
  looksLikeXinetd(text);
  for (const diagnostic of reading.diagnostics) {
    const { span } = diagnostic;
    if (span === undefined) throw new Error(`${diagnostic.code} has no place`);
    expect(span.start).toBeGreaterThanOrEqual(0);
    expect(span.end).toBeGreaterThan(span.start);
    expect(span.end).toBeLessThanOrEqual(text.length);
    // Tabs, and the newlines that are the renderer's own, are all that may be left of the controls.
    expect(renderDiagnostic(diagnostic, { colour: false }).replaceAll(/[\t\n]/g, '')).not.toMatch(/\p{Cc}/u);
    expect(diagnosticToJson(diagnostic).line).toBeGreaterThan(0);
  }
  for (const { errors, settings } of reading.definitions) {
    if (settings.disable === true) expect(errors).toEqual([]);
    for (const error of errors) expect(reading.diagnostics).toContain(error);
  }
  const unusable = reading.diagnostics.some(({ severity, service }) => severity === 'error' && service === undefined);
  if (!reading.usable) expect(unusable).toBe(true);
  return reading;
}

const byteText = fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes).toString('latin1'));

const fragment = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      'service',
      'defaults',
      'include',
      'includedir',
      '{',
      '}',
      '=',
      '+=',
      '-=',
      '#',
      '\n',
      '\r\n',
      ' ',
      '\t',
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...attributeNames(),
      'interface',
      'yes',
      'no',
      'UNLIMITED',
      'FILE',
      'SYSLOG',
      'HOST',
      'A=B',
    ),
  },
  { weight: 2, arbitrary: fc.constantFrom(...attributeNames().map((name) => attributes[name].example)) },
  { weight: 1, arbitrary: fc.stringMatching(/^[0-9a-f.:/{},*%-]{1,20}$/) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 5 }) },
);
const almostConfiguration = fc.array(fragment, { maxLength: 80 }).map((parts) => parts.join(' '));

/** Lines that are right, each attribute at most once. */
const rightLines = fc
  .subarray(attributeNames().filter((name) => attributes[name].places !== 'defaults'))
  .chain((names) => fc.shuffledSubarray(names, { minLength: names.length }))
  .map((names) => names.map((name) => attributes[name].example));
const word = fc.stringMatching(/^[!-~]{1,12}$/);
const argumentLine = fc
  .array(word, { minLength: 1, maxLength: 6 })
  .map((words) => `server_args = ${words.join(' \t')}`);
const serviceName = fc.stringMatching(/^[a-z][a-z0-9_.-]{0,10}$/);
const rightService = fc.tuple(serviceName, rightLines, argumentLine).map(([name, lines, args]) => {
  const all = [...lines.filter((line) => !line.startsWith('server_args')), args];
  return `service ${name}\n{\n${all.map((line) => `   ${line}\n`).join('')}}\n`;
});
const rightDefaults = fc
  .subarray(attributeNames().filter((name) => attributes[name].places !== 'service'))
  .map((names) => `defaults {\n${names.map((name) => `${attributes[name].example}\r\n`).join('')}}\n`);
const rightText = fc
  .tuple(
    fc.array(rightService, { maxLength: 4 }),
    fc.option(rightDefaults, { nil: '' }),
    fc.array(rightService, { maxLength: 2 }),
  )
  .map(([before, defaults, after]) => [...before, defaults, '# a comment\n', ...after].join(''));

/** A text with some of it cut out, doubled, or replaced. */
const mutated = fc
  .tuple(rightText, fc.array(fc.tuple(fc.nat(), fc.nat(30), fragment), { minLength: 1, maxLength: 6 }))
  .map(([text, changes]) =>
    changes.reduce((changed, [at, length, replacement]) => {
      const start = changed.length === 0 ? 0 : at % changed.length;
      return `${changed.slice(0, start)}${replacement}${changed.slice(start + length)}`;
    }, text),
  );

describe('reading', () => {
  it('never throws on bytes', () => {
    fc.assert(
      fc.property(byteText, (text) => void readSoundly(text)),
      { numRuns: 500 },
    );
  });

  it('never throws on what almost is a configuration', () => {
    fc.assert(
      fc.property(almostConfiguration, (text) => void readSoundly(text)),
      { numRuns: 500 },
    );
  });

  it('never throws on a damaged configuration', () => {
    fc.assert(
      fc.property(mutated, (text) => void readSoundly(text)),
      { numRuns: 300 },
    );
  });

  it('finds nothing wrong with what is right', () => {
    fc.assert(
      fc.property(rightText, (text) => {
        const { diagnostics, usable } = readSoundly(text);
        expect(diagnostics.filter(({ severity }) => severity !== 'note')).toEqual([]);
        expect(usable).toBe(true);
      }),
    );
  });

  it('loses no other service to a damaged one', () => {
    fc.assert(
      fc.property(almostConfiguration, rightService, (damage, right) => {
        // The damage may open an entry, but the next header closes it.
        const { definitions } = readSoundly(`${damage}\n${right}`);
        const alone = read(right).definitions[0];
        const kept = definitions.at(-1);
        expect(kept?.errors).toEqual([]);
        expect(kept?.settings.server_args).toEqual(alone?.settings.server_args);
      }),
    );
  });
});

describe('printing', () => {
  function meaning(definition: Definition): unknown {
    return { name: definition.name, settings: definition.settings, set: [...definition.spans.keys()] };
  }

  it('keeps the meaning of what is right', () => {
    fc.assert(
      fc.property(rightText, (text) => {
        const printed = printTree(parseXinetd(sourceFile('/x', text), takesList));
        const again = read(printed);
        expect(again.definitions.map(meaning)).toEqual(read(text).definitions.map(meaning));
        expect(again.defaults.settings).toEqual(read(text).defaults.settings);
        expect(printTree(parseXinetd(sourceFile('/x', printed), takesList))).toBe(printed);
      }),
    );
  });
});

describe('values as words', () => {
  it('are read as the same values', () => {
    fc.assert(
      fc.property(rightText, (text) => {
        const reading = read(text);
        const services = written(reading);
        const blocks = services.map(({ name, settings }) => `service ${name}\n${block(settings)}`);
        const again = read(`defaults\n${block(reading.defaults.settings)}${blocks.join('')}`);
        // What defaults give to a service stands in it by now.
        expect(written(again).map(({ settings }) => settings)).toEqual(services.map(({ settings }) => settings));
        expect(again.defaults.settings).toEqual(reading.defaults.settings);
      }),
    );
  });

  it.each([
    'only_from = 10.1.{2,3} 127.1 .example.org a.b ::1/64 10.0.0.0/255.0.0.0 0',
    'rate_limit_network = 5/120s burst 7 prefix 8 128',
    'rate_limit = 1/90s',
    'timeout = 5 0',
    'log_type = FILE /x 0 3K',
    'access_times = 22:00-6:05 0:00-24:00',
    `command = /bin/x 'a b' "it's \\n" '' \\\\`,
    'listen = tcp:[::1]:80 udp:*:9-11',
    'deny_time = NEVER',
    'env = A=1 B=2',
    'rpc_version = 2-5',
  ])('%s is one of them', (line) => {
    const [definition] = read(`service x {\n${line}\n}`).definitions;
    if (definition === undefined) throw new Error('no definition');
    expect(definition.errors).toEqual([]);
    const [again] = read(`service x\n${block(definition.settings)}`).definitions;
    expect(withoutTexts(again?.settings)).toEqual(withoutTexts(definition.settings));
  });

  /** Without those that `metrics` of defaults stands for. */
  function written({ definitions, defaults }: XinetdReading): readonly Definition[] {
    return definitions.filter(({ span }) => span !== defaults.spans.get('metrics'));
  }

  function block(settings: Settings): string {
    const lines = attributeNames().flatMap((name) => {
      const words = wordsOf(name, settings);
      return words === undefined ? [] : [`${name} = ${words.join(' ')}\n`];
    });
    return `{\n${lines.join('')}}\n`;
  }

  /** The words of an address are there for messages. */
  function withoutTexts(settings: Settings | undefined): unknown {
    return JSON.parse(JSON.stringify(settings, (key, value: unknown) => (key === 'text' ? undefined : value)));
  }
});
