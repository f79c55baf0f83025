import { describe, expect, test } from 'vitest';

import { load, Recollection, type System } from '../../../src/config/mod.ts';
import { fakeSystem } from './fake-system.ts';
import { memoryFiles } from './memory-files.ts';

const service = (name: string, more: string): string =>
  `service ${name}\n{\n type = UNLISTED\n socket_type = stream\n wait = no\n server = /bin/cat\n${more}}\n`;

/** What can change between two loads; each test changes one thing. */
function surroundings() {
  const texts: Record<string, string> = {
    '/main': `includedir /d\n${service('a', ' user = root\n port = 1\n bind = host.example\n')}`,
    '/d/b': service('b', ' user = root\n port = 2\n'),
  };
  const machine = {
    program: 'executable' as ReturnType<System['program']>,
    addresses: ['192.0.2.1'] as readonly string[],
  };
  const fake = fakeSystem();
  const system: System = {
    ...fake,
    program: () => machine.program,
    addresses: () => Promise.resolve(machine.addresses),
  };
  return { texts, machine, system, files: memoryFiles(texts) };
}

async function loadedOnce() {
  const around = surroundings();
  const recollection = new Recollection();
  const table = await load({ paths: ['/main'] }, recollection.system(around.system), recollection.files(around.files));
  expect(table.entries.map(({ id, state }) => `${id} ${state}`)).toEqual(['b ready', 'a ready']);
  return { ...around, recollection };
}

describe('what a load was answered', () => {
  test('holds as long as nothing has changed', async () => {
    const { recollection } = await loadedOnce();
    expect(await recollection.holds()).toBe(true);
    expect(await recollection.holds()).toBe(true);
  });

  const changes: Record<string, (around: Awaited<ReturnType<typeof loadedOnce>>) => void> = {
    'the text of a file': ({ texts }) => {
      texts['/d/b'] = service('b', ' user = root\n port = 3\n');
    },
    'the names in a folder': ({ texts }) => {
      texts['/d/c'] = service('c', ' user = root\n port = 4\n');
    },
    'whether a file is there': ({ files }) => files.vanish('/d/b'),
    'a program': ({ machine }) => {
      machine.program = 'missing';
    },
    'the addresses of a host': ({ machine }) => {
      machine.addresses = ['192.0.2.2'];
    },
  };
  test.each(Object.entries(changes))('does not hold when %s has changed', async (_, change) => {
    const around = await loadedOnce();
    change(around);
    expect(await around.recollection.holds()).toBe(false);
  });

  test('covers every question that a system can be asked', () => {
    const system = fakeSystem();
    const wrapped: System = new Recollection().system(system);
    const questions = Object.entries(system).filter(([name, part]) => typeof part === 'function' && name !== 'asked');
    expect(questions.length).toBeGreaterThan(10);
    for (const [name, part] of questions) expect([name, wrapped[name as keyof System]]).not.toEqual([name, part]);
  });
});
