import { describe, expect, test } from 'vitest';

import { parseOptions, wholeNumber } from '../../../src/cli/options.ts';

describe('xinetd words', () => {
  const table = { '-d': 'flag', '-filelog': 'value', '-loop': 'optional-number' } as const;
  const parse = (...words: string[]) => parseOptions(words, table, false);

  test('a value is the next word, whatever it looks like', () => {
    expect(parse('-filelog', '-d').values.get('-filelog')).toBe('-d');
  });

  test('an option without its value is incomplete', () => {
    expect(parse('-d', '-filelog').incomplete).toBe('-filelog');
  });

  test('unknown options and operands are told apart', () => {
    const { unknown, operands } = parse('-bogus', 'stray', '-d');
    expect(unknown).toEqual(['-bogus']);
    expect(operands).toEqual(['stray']);
  });

  test('a number after -loop belongs to it, anything else does not', () => {
    expect(parse('-loop', '5').values.get('-loop')).toBe('5');
    expect(parse('-loop', '-d').values.has('-d')).toBe(true);
  });

  test('names of object properties are no options', () => {
    expect(parse('-constructor').unknown).toEqual(['-constructor']);
  });
});

describe('inetd letters', () => {
  const table = { '-d': 'flag', '-i': 'flag', '-R': 'value' } as const;
  const parse = (...words: string[]) => parseOptions(words, table, true);

  test('letters may be written together, with a value at the end', () => {
    const { values } = parse('-diR40');
    expect([...values]).toEqual([
      ['-d', ''],
      ['-i', ''],
      ['-R', '40'],
    ]);
  });

  test('-- ends the options', () => {
    expect(parse('--', '-d').operands).toEqual(['-d']);
  });

  test('an unknown letter in a bundle is told', () => {
    expect(parse('-dx').unknown).toEqual(['-x']);
  });
});

test('a whole number has digits only and reaches its least value', () => {
  expect(wholeNumber('40', 1)).toBe(40);
  expect(wholeNumber('0', 1)).toBeUndefined();
  expect(wholeNumber('4x', 0)).toBeUndefined();
  expect(wholeNumber('-1', 0)).toBeUndefined();
});
