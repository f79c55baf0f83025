import { expect, test } from 'vitest';

import { Occupancy } from '../../../src/limit/mod.ts';

const unlimited = { instances: undefined, perSource: undefined };
const allow = { verdict: 'allow' };

test('instances bounds all servers of the service, whoever they serve', () => {
  const occupancy = new Occupancy();
  const limits = { instances: 2, perSource: undefined };
  for (const source of ['10.0.0.1', undefined]) {
    expect(occupancy.decide(limits, source)).toEqual(allow);
    occupancy.enter(source);
  }
  expect(occupancy.decide(limits, '10.0.0.2')).toEqual({ verdict: 'deny', reason: 'service_limit' });
  occupancy.leave(undefined);
  expect(occupancy.decide(limits, '10.0.0.2')).toEqual(allow);
});

test('per_source bounds the servers of one address alone', () => {
  const occupancy = new Occupancy();
  const limits = { instances: undefined, perSource: 1 };
  occupancy.enter('10.0.0.1');
  expect(occupancy.decide(limits, '10.0.0.1')).toEqual({ verdict: 'deny', reason: 'per_source_limit' });
  expect(occupancy.decide(limits, '10.0.0.2')).toEqual(allow);
  occupancy.leave('10.0.0.1');
  expect(occupancy.decide(limits, '10.0.0.1')).toEqual(allow);
});

test('per_source does not apply where the client is not known', () => {
  const occupancy = new Occupancy();
  occupancy.enter(undefined);
  expect(occupancy.decide({ instances: undefined, perSource: 1 }, undefined)).toEqual(allow);
});

test('instances = 0 refuses everyone', () => {
  expect(new Occupancy().decide({ instances: 0, perSource: undefined }, '::1')).toEqual({
    verdict: 'deny',
    reason: 'service_limit',
  });
});

test('nothing is counted twice or forgotten', () => {
  const occupancy = new Occupancy();
  for (let round = 0; round < 3; round++) {
    occupancy.enter('::1');
    occupancy.enter('::1');
    occupancy.leave('::1');
  }
  expect(occupancy.running).toBe(3);
  expect(occupancy.decide({ ...unlimited, perSource: 3 }, '::1')).toEqual({
    verdict: 'deny',
    reason: 'per_source_limit',
  });
  expect(occupancy.decide({ ...unlimited, perSource: 4 }, '::1')).toEqual(allow);
});
