import { expect, test } from 'vitest';

import { Sources } from '../../../src/limit/mod.ts';

const random = (words: Uint32Array): void => void crypto.getRandomValues(words);

function remember(sources: Sources, source: number, fullAt: number, now = 0): void {
  sources.key[0] = source;
  sources.remember(1, fullAt, now);
}

function recall(sources: Sources, source: number): number | undefined {
  sources.key[0] = source;
  return sources.recall(1);
}

test('it remembers what it was told last', () => {
  const sources = new Sources(random, 0);
  expect(recall(sources, 7)).toBe(undefined);
  remember(sources, 7, 100);
  remember(sources, 8, 200);
  remember(sources, 7, 300.25);
  expect([recall(sources, 7), recall(sources, 8), recall(sources, 9)]).toEqual([300.25, 200, undefined]);
  expect(sources.size).toBe(2);
});

test('the source that has been silent longest is forgotten first', () => {
  const sources = new Sources(random, 0, 3);
  for (const source of [1, 2, 3]) remember(sources, source, 100);
  recall(sources, 1);
  remember(sources, 4, 100);
  expect([1, 2, 3, 4].map((source) => recall(sources, source))).toEqual([100, undefined, 100, 100]);
  remember(sources, 5, 100);
  expect([1, 3, 4, 5].map((source) => recall(sources, source))).toEqual([undefined, 100, 100, 100]);
  expect(sources.size).toBe(3);
});

test('the place of a source whose bucket is full again is taken before a new one', () => {
  const sources = new Sources(random, 0, 1000);
  for (let source = 0; source < 1000; source++) remember(sources, source, source + 1, source + 1);
  expect(sources.size).toBe(1);
});

test('keys that all collide are still told apart', () => {
  const sources = new Sources((words) => words.fill(0), 0, 100);
  for (let source = 0; source < 300; source++) remember(sources, source, source + 1000);
  expect(sources.size).toBe(100);
  for (let source = 0; source < 300; source++) {
    expect(recall(sources, source)).toBe(source < 200 ? undefined : source + 1000);
  }
});
