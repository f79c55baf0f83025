/** The attribute table says the truth about itself: its examples read, its words are known, its texts are there. */
import { describe, expect, it } from 'vitest';

import { sourceFile } from '../../../src/config/source/mod.ts';
import {
  attributeGroups,
  attributeNames,
  attributes,
  readXinetd,
  type XinetdReading,
} from '../../../src/config/xinetd/mod.ts';
import { memoryFiles } from './memory-files.ts';

function read(text: string): XinetdReading {
  return readXinetd([sourceFile('/x', text)], memoryFiles({}));
}

function entry(place: string, lines: readonly string[]): XinetdReading {
  return read(`${place === 'defaults' ? 'defaults' : 'service s'}\n{\n${lines.join('\n')}\n}\n`);
}

describe.each(attributeNames())('%s', (name) => {
  const attribute = attributes[name];
  const places = attribute.places === 'both' ? ['service', 'defaults'] : [attribute.places];

  it('has an example that reads without a remark wherever it may stand', () => {
    expect(attribute.example.startsWith(`${name} `)).toBe(true);
    for (const place of places) {
      // `-=` and `+=` say nothing new on their own.
      const reading = entry(place, [attribute.example]);
      expect(reading.diagnostics).toEqual([]);
      const settings = place === 'defaults' ? reading.defaults.settings : reading.definitions[0]?.settings;
      expect(Object.keys(settings ?? {})).toEqual([name]);
    }
  });

  it('is refused where it may not stand', () => {
    for (const place of ['service', 'defaults'].filter((each) => !places.includes(each))) {
      expect(entry(place, [attribute.example]).diagnostics).toMatchObject([
        { code: `not-in-${place}`, severity: 'error' },
      ]);
    }
  });

  it('knows its name and its other names in any case', () => {
    for (const word of [name, ...(attribute.aliases ?? [])]) {
      const line = attribute.example.replace(name, word.toUpperCase());
      expect(entry(places[0] ?? '', [line]).diagnostics).toEqual([]);
    }
  });

  it('is documented in whole sentences', () => {
    expect(attribute.documentation.length).toBeGreaterThan(0);
    for (const paragraph of attribute.documentation) {
      expect(paragraph).toMatch(/^[A-Z`].*[.]$/);
    }
    for (const text of [attribute.default, attribute.syntax]) expect(text).not.toBe('');
  });

  it('takes each of its words, in any case', () => {
    if (attribute.arity === 'two') return;
    for (const { word } of attribute.words ?? []) {
      const reading = entry(places[0] ?? '', [`${name} = ${word.toLowerCase()}`]);
      expect(reading.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    }
  });
});

it('has every attribute in exactly one group', () => {
  const grouped = Object.values(attributeGroups).flatMap((group) => Object.keys(group));
  expect(grouped).toEqual(attributeNames());
});
