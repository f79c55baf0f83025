import { describe, expect, test } from 'vitest';

import type { Definition } from '../../../src/config/definition.ts';
import { diagnose } from '../../../src/config/diagnostic/mod.ts';
import { definition, inetdLines, onlyService, resolved, span } from './definitions.ts';
import { fakeSystem } from './fake-system.ts';

describe('the entries of a table', () => {
  test('stand in the order of the text, each definition once, with id, origin and settings', async () => {
    const broken: Definition = { ...definition('b'), errors: [diagnose('bad-number', span('port = x'), 'no number')] };
    const { entries } = await resolved(
      [
        definition('a', { id: 'first' }),
        broken,
        definition('c', { disable: true, port: 1 }),
        ...inetdLines('\n9 stream tcp4 nowait root /bin/cat'),
      ],
      fakeSystem(),
    );
    expect(entries.map(({ id, state, origin }) => [id, state, origin.file, origin.line])).toEqual([
      ['first', 'ready', '/etc/xinetd.conf', 1],
      ['b', 'refused', '/etc/xinetd.conf', 1],
      ['c', 'disabled', '/etc/xinetd.conf', 1],
      ['9', 'ready', '/etc/inetd.conf', 2],
    ]);
  });

  test('an error of the reader is not told again, nor what may follow from it', async () => {
    const broken: Definition = {
      ...definition('b', { user: undefined, port: undefined, flags: new Set(['NAMEINARGS']) }),
      errors: [diagnose('bad-number', span('port = x'), 'no number')],
    };
    expect((await resolved([broken], fakeSystem())).diagnostics).toEqual([]);
  });

  test('what the reader refuses is told its unknown names and missing programs too', async () => {
    const broken: Definition = {
      ...definition('b', { user: 'mallory', group: 'gang', server: '/nowhere', flags: new Set(['LABELED'] as const) }),
      errors: [diagnose('bad-number', span('port = x'), 'no number')],
    };
    const { diagnostics, entries } = await resolved([broken], fakeSystem());
    expect(diagnostics.map(({ code }) => code).toSorted()).toEqual([
      'not-available',
      'server-missing',
      'unknown-group',
      'unknown-user',
    ]);
    expect(entries).toMatchObject([{ state: 'refused' }]);
  });

  test('several mistakes of one service are all told', async () => {
    const { diagnostics } = await resolved(
      [definition('a', { user: 'mallory', server: 'cat', bind: ['nowhere'] })],
      fakeSystem(),
    );
    expect(diagnostics.map(({ code }) => code).toSorted()).toEqual([
      'name-not-resolved',
      'server-not-absolute',
      'unknown-user',
    ]);
  });
});

describe('frozen', () => {
  test('nothing in a table can be changed', async () => {
    const { entries } = await resolved(
      [definition('a', { log_on_success: new Set(['PID']), env: ['A=1'] }), definition('b', { disable: true })],
      fakeSystem(),
    );
    expect(thawed(entries)).toEqual([]);
    const [entry] = entries;
    if (entry?.state !== 'ready') throw new Error('not ready');
    const flags = entry.service.logging.onSuccess;
    expect(() => (flags as Set<string>).add('HOST')).toThrow(TypeError);
    expect(() => (flags as Set<string>).clear()).toThrow(TypeError);
    expect([...flags]).toEqual(['PID']);
  });

  /** Paths of the objects that are not frozen. */
  function thawed(value: unknown, path = ''): string[] {
    if (typeof value !== 'object' || value === null) return [];
    const here = Object.isFrozen(value) ? [] : [path];
    return [...here, ...Object.entries(value).flatMap(([name, part]) => thawed(part, `${path}.${name}`))];
  }
});

describe('questions to the system', () => {
  test('are asked once, however many services want to know', async () => {
    const asked = async (count: number): Promise<readonly string[]> => {
      const system = fakeSystem({ hosts: { here: ['127.0.0.1'] } });
      const definitions = Array.from({ length: count }, (_, index) =>
        definition(`s${index}`, { user: 'alice', group: 'staff', groups: true, bind: ['here'], port: 1000 + index }),
      );
      const { entries } = await resolved(definitions, system);
      expect(entries.every(({ state }) => state === 'ready')).toBe(true);
      return system.asked;
    };
    expect(await asked(500)).toEqual(await asked(1));
  });

  test('are not asked for services that are off', async () => {
    const system = fakeSystem();
    await resolved([definition('a', { disable: true, bind: ['here'] })], system);
    expect(system.asked).toEqual([]);
  });

  test('do not make the resolver wait for services that are broken', async () => {
    const system = fakeSystem();
    const broken: Definition = {
      ...definition('b', { bind: ['there'] }),
      errors: [diagnose('bad-number', span('port = x'), 'no number')],
    };
    await resolved([broken], system);
    expect(system.asked.filter((question) => question.startsWith('host'))).toEqual([]);
  });

  test('a second load asks again', async () => {
    const system = fakeSystem();
    await onlyService([definition('a')], system);
    const before = system.asked.length;
    await onlyService([definition('a')], system);
    expect(system.asked).toHaveLength(2 * before);
  });
});
