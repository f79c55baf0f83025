/** Waiting for names: one look-up for an address, a time limit, and bounds on everything that a client can cause. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { Inquiries, type InquiryBounds, type Resolver } from '../../../src/daemon/inquiries.ts';
import type { HostName } from '../../../src/model/mod.ts';

const bounds: InquiryBounds = {
  answerSeconds: 5,
  inAll: 6,
  perAddress: 3,
  remembered: 2,
  rememberSeconds: 60,
  rememberFailureSeconds: 5,
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A resolver whose answers are given by hand. */
function byHand(atOnce = 10) {
  const asked: string[] = [];
  const open = new Map<string, (name: HostName) => void>();
  const resolver: Resolver = {
    atOnce,
    nameOf: (address) => {
      asked.push(address);
      return new Promise((resolve) => open.set(address, resolve));
    },
  };
  const inquiries = new Inquiries(resolver, Date.now, bounds);
  const answer = async (address: string, name: HostName): Promise<void> => {
    open.get(address)?.(name);
    await Promise.resolve();
    await Promise.resolve();
  };
  const told: string[] = [];
  const wait = (address: string, owner: object = inquiries): boolean =>
    inquiries.wait(address, owner, {
      answered: () => told.push(`${address} ${inquiries.nameOf(address)?.kind}`),
      dismissed: () => told.push(`${address} dismissed`),
    });
  return { inquiries, asked, answer, told, wait };
}

const known: HostName = { kind: 'known', name: 'cat.example.org' };

test('an address is looked up once, however many of its clients wait', async () => {
  const { inquiries, asked, answer, told, wait } = byHand();
  expect([wait('a'), wait('a')]).toEqual([true, true]);
  expect(asked).toEqual(['a']);
  expect(inquiries.waiting).toBe(2);
  await answer('a', known);
  expect(told).toEqual(['a known', 'a known']);
  expect(inquiries.waiting).toBe(0);
});

test('who has no answer in time is told that it has failed, and a late answer is still good for others', async () => {
  const { inquiries, answer, told, wait } = byHand();
  wait('a');
  await vi.advanceTimersByTimeAsync(4999);
  expect(told).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(told).toEqual(['a failed']);
  await answer('a', known);
  expect(inquiries.nameOf('a')).toEqual(known);
  expect(told).toHaveLength(1);
});

test('answers are remembered for a minute, failures for a shorter time', async () => {
  const { inquiries, answer, wait } = byHand();
  wait('a');
  wait('b');
  await answer('a', { kind: 'none' });
  await answer('b', { kind: 'failed' });
  await vi.advanceTimersByTimeAsync(4999);
  expect([inquiries.nameOf('a')?.kind, inquiries.nameOf('b')?.kind]).toEqual(['none', 'failed']);
  await vi.advanceTimersByTimeAsync(1);
  expect([inquiries.nameOf('a')?.kind, inquiries.nameOf('b')?.kind]).toEqual(['none', undefined]);
  await vi.advanceTimersByTimeAsync(55_000);
  expect(inquiries.nameOf('a')).toBeUndefined();
});

test('of more answers than are remembered the oldest are forgotten', async () => {
  const { inquiries, answer, wait } = byHand();
  for (const address of ['a', 'b', 'c']) {
    wait(address);
    await answer(address, known);
  }
  expect(['a', 'b', 'c'].map((address) => inquiries.nameOf(address)?.kind)).toEqual([undefined, 'known', 'known']);
});

test('so many may wait for one address, and so many in all', () => {
  const { inquiries, wait } = byHand();
  expect(['a', 'a', 'a', 'a'].map((address) => wait(address))).toEqual([true, true, true, false]);
  expect(['b', 'c', 'd', 'e'].map((address) => wait(address))).toEqual([true, true, true, false]);
  expect(inquiries.waiting).toBe(6);
});

test('no more look-ups run at once than the resolver can do, and time goes by for those who wait for their turn', async () => {
  const { asked, answer, told, wait } = byHand(1);
  wait('a');
  wait('b');
  expect(asked).toEqual(['a']);
  await answer('a', known);
  expect(asked).toEqual(['a', 'b']);
  wait('c');
  await vi.advanceTimersByTimeAsync(5000);
  expect(told).toEqual(['a known', 'b failed', 'c failed']);
  expect(asked).toEqual(['a', 'b']);
});

test('clients of an owner who goes are given up, the others are not', async () => {
  const { inquiries, answer, told, wait } = byHand();
  const gone = {};
  wait('a', gone);
  wait('a');
  wait('b', gone);
  inquiries.dismiss(gone);
  expect(told).toEqual(['a dismissed', 'b dismissed']);
  expect(inquiries.waiting).toBe(1);
  await answer('b', known);
  await answer('a', known);
  expect(told).toEqual(['a dismissed', 'b dismissed', 'a known']);
  expect(vi.getTimerCount()).toBe(0);
});
