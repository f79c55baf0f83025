import { describe, expect, test } from 'vitest';

import { sourceFile } from '../../../src/config/source/mod.ts';
import { readXinetd, type XinetdReading } from '../../../src/config/xinetd/mod.ts';
import { memoryFiles } from './memory-files.ts';

function read(attribute: string, value: string): XinetdReading {
  return readXinetd([sourceFile('/x', `service s\n{\n\t${attribute} = ${value}\n}\n`)], memoryFiles({}));
}

describe('what a rate may be', () => {
  test.each([
    ['50/s', 50, 1, 50],
    ['5/10s', 5, 10, 5],
    ['600/m burst 1', 600, 60, 1],
    ['1/5m', 1, 300, 1],
    ['100/h Burst 20', 100, 3600, 20],
    ['1000000/30d', 1_000_000, 2_592_000, 1_000_000],
    ['1/S', 1, 1, 1],
  ])('%s', (text, count, periodSeconds, burst) => {
    for (const attribute of ['rate_limit', 'rate_limit_source']) {
      const { definitions, diagnostics } = read(attribute, text);
      expect(diagnostics).toEqual([]);
      expect(definitions[0]?.settings).toEqual({ [attribute]: { count, periodSeconds, burst } });
    }
  });

  test('prefixes stand before or behind the burst, and are 24 and 64', () => {
    const of = (text: string): unknown => read('rate_limit_network', text).definitions[0]?.settings.rate_limit_network;
    const rate = { count: 20, periodSeconds: 60, burst: 40 };
    expect(of('20/m burst 40')).toEqual({ ...rate, prefixes: { inet: 24, inet6: 64 } });
    expect(of('20/m burst 40 prefix 16 48')).toEqual({ ...rate, prefixes: { inet: 16, inet6: 48 } });
    expect(of('20/m prefix 32 128 burst 40')).toEqual({ ...rate, prefixes: { inet: 32, inet6: 128 } });
    expect(of('unlimited')).toBe('UNLIMITED');
  });
});

describe('what it may not be', () => {
  test.each([
    ['50', 'bad-number', "'50' is not a rate"],
    ['50/w', 'bad-number', "'50/w' is not a rate"],
    ['-1/s', 'bad-number', "'-1/s' is not a rate"],
    ['1.5/s', 'bad-number', "'1.5/s' is not a rate"],
    ['0/s', 'bad-number', "'0/s' is out of range"],
    ['5/0s', 'bad-number', "'5/0s' is out of range"],
    ['1000001/s', 'bad-number', "'1000001/s' is out of range"],
    ['1/31d', 'bad-number', "'1/31d' is out of range"],
    [`1${'0'.repeat(400)}/s`, 'bad-number', undefined],
    ['5/s burst', 'bad-word', "'burst' says nothing here"],
    ['5/s burst 0', 'bad-number', "'0' is out of range"],
    ['5/s burst 3 burst 4', 'bad-word', "'burst' says nothing here"],
    ['5/s bursts 3', 'bad-word', "'bursts' says nothing here"],
    ['5/s prefix 24 64', 'bad-word', "'prefix' says nothing here"],
    ['UNLIMITED burst 3', 'bad-number', "'UNLIMITED' is not a rate"],
  ])('%s', (text, code, message) => {
    const { definitions, diagnostics } = read('rate_limit', text);
    expect(diagnostics).toMatchObject([{ code, severity: 'error', ...(message === undefined ? {} : { message }) }]);
    expect(diagnostics[0]?.help).toBeTruthy();
    expect(definitions[0]?.settings).toEqual({});
  });

  test.each([
    ['5/s prefix 24', 'bad-word'],
    ['5/s prefix 33 64', 'bad-number'],
    ['5/s prefix 0 64', 'bad-number'],
    ['5/s prefix 24 129', 'bad-number'],
    ['5/s prefix 24 64 prefix 24 64', 'bad-word'],
  ])('%s, of a network', (text, code) => {
    expect(read('rate_limit_network', text).diagnostics).toMatchObject([{ code, severity: 'error' }]);
  });

  test('an error says where it is', () => {
    const { diagnostics } = read('rate_limit', '5/s burst x');
    const [diagnostic] = diagnostics;
    expect(diagnostic?.span?.file.text.slice(diagnostic.span.start, diagnostic.span.end)).toBe('x');
  });
});
