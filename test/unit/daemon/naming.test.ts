/** Clients whose names are told to their servers: looked up once each, counted meanwhile, and served whatever comes out. */
import { expect, test, vi } from 'vitest';

import type { Waiter } from '../../../src/daemon/inquiries.ts';
import { Naming } from '../../../src/daemon/naming.ts';
import type { EndNames } from '../../../src/launch/mod.ts';
import { Occupancy } from '../../../src/limit/mod.ts';
import { type Decision, type HostName, nameVariables, type Service } from '../../../src/model/mod.ts';
import type { Connection, Descriptor } from '../../../src/os/mod.ts';
import { serviceOf } from './service.ts';

const connection: Connection = {
  descriptor: 99 as Descriptor,
  peer: { address: '192.0.2.7', port: 1 },
  local: { address: '192.0.2.1', port: 2 },
};

/** Inquiries that are answered by hand and remember nothing but what they are given. */
function naming(full = false) {
  const known = new Map<string, HostName>();
  const waiters: { readonly address: string; readonly waiter: Waiter }[] = [];
  const inquiries = {
    nameOf: (address: string) => known.get(address),
    wait: (address: string, _owner: object, waiter: Waiter) => {
      if (!full) waiters.push({ address, waiter });
      return !full;
    },
    dismiss: () => {},
  };
  const service = serviceOf('s');
  if (service.server.kind !== 'program') throw new Error('not a program');
  const asking: Service = {
    ...service,
    server: { ...service.server, launch: { ...service.server.launch, variables: nameVariables } },
  };
  let now: Service = asking;
  let decision: Decision = { verdict: 'allow' };
  const occupancy = new Occupancy();
  const turnAway = vi.fn();
  const advance = vi.fn();
  const begun: [EndNames, boolean][] = [];
  const subject = new Naming(inquiries, {
    service: () => now,
    occupancy,
    review: () => decision,
    turnAway,
    advance,
  });
  return {
    ask: () => subject.ask(connection, (names, waited) => begun.push([names, waited])),
    answer: () => waiters.shift()?.waiter.answered(),
    get asked() {
      return waiters.map(({ address }) => address);
    },
    deny: () => {
      decision = { verdict: 'deny', reason: 'address' };
    },
    unasked: () => {
      now = service;
    },
    known,
    occupancy,
    subject,
    begun,
    turnAway,
    advance,
  };
}

const cat: HostName = { kind: 'known', name: 'cat.example.org' };
const failed: HostName = { kind: 'failed' };

test('a service that does not ask waits for nothing', () => {
  const { ask, asked, unasked, begun } = naming();
  unasked();
  ask();
  expect({ asked, begun }).toEqual({ asked: [], begun: [[{}, false]] });
});

test('names that are known cost no wait', () => {
  const { ask, known, begun, occupancy } = naming();
  known.set('192.0.2.7', cat).set('192.0.2.1', { kind: 'none' });
  ask();
  expect(begun).toEqual([[{ remote: 'cat.example.org', local: undefined }, false]]);
  expect(occupancy.running).toBe(0);
});

test('one end is asked about after the other, with a place in the limits, which is free before the server has its own', () => {
  const it = naming();
  it.ask();
  expect([it.asked, it.occupancy.running, it.subject.waiting]).toEqual([['192.0.2.7'], 1, 1]);
  it.known.set('192.0.2.7', cat);
  it.answer();
  expect([it.asked, it.begun]).toEqual([['192.0.2.1'], []]);
  it.known.set('192.0.2.1', { kind: 'mismatch' });
  it.answer();
  expect(it.begun).toEqual([[{ remote: 'cat.example.org', local: undefined }, true]]);
  expect([it.occupancy.running, it.subject.waiting, it.advance.mock.calls.length]).toEqual([0, 0, 1]);
});

test('an answer that has been forgotten again is not asked for twice', () => {
  const it = naming();
  it.ask();
  it.known.set('192.0.2.7', failed);
  it.answer();
  it.known.delete('192.0.2.7');
  it.known.set('192.0.2.1', failed);
  it.answer();
  expect(it.begun).toEqual([[{ remote: undefined, local: undefined }, true]]);
});

test('when too many wait the client is served without', () => {
  const { ask, begun } = naming(true);
  ask();
  expect(begun).toEqual([[{ remote: undefined, local: undefined }, false]]);
});

test('whom a reload has shut out meanwhile is turned away', () => {
  const it = naming();
  it.known.set('192.0.2.1', failed);
  it.ask();
  it.deny();
  it.answer();
  expect(it.begun).toEqual([]);
  expect(it.turnAway).toHaveBeenCalledOnce();
});
