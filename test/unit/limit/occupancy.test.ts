import { expect, test } from 'vitest';

import { Occupancy } from '../../../src/limit/mod.ts';

test('instances bounds all servers of the service, whoever they serve', () => {
  const occupancy = new Occupancy();
  const limits = { instances: 2 };
  for (const source of ['10.0.0.1', undefined]) {
    expect(occupancy.hasRoom(limits)).toBe(true);
    occupancy.enter(source);
  }
  expect(occupancy.hasRoom(limits)).toBe(false);
  occupancy.leave(undefined);
  expect(occupancy.hasRoom(limits)).toBe(true);
});

test('per_source bounds the servers of one address alone', () => {
  const occupancy = new Occupancy();
  const limits = { perSource: 1 };
  occupancy.enter('10.0.0.1');
  expect(occupancy.hasRoomFor(limits, '10.0.0.1')).toBe(false);
  expect(occupancy.hasRoomFor(limits, '10.0.0.2')).toBe(true);
  occupancy.leave('10.0.0.1');
  expect(occupancy.hasRoomFor(limits, '10.0.0.1')).toBe(true);
});

test('per_source does not apply where the client is not known', () => {
  const occupancy = new Occupancy();
  occupancy.enter(undefined);
  expect(occupancy.hasRoomFor({ perSource: 1 }, undefined)).toBe(true);
});

test('instances = 0 refuses everyone', () => {
  expect(new Occupancy().hasRoom({ instances: 0 })).toBe(false);
});

test('nothing is counted twice or forgotten', () => {
  const occupancy = new Occupancy();
  for (let round = 0; round < 3; round++) {
    occupancy.enter('::1');
    occupancy.enter('::1');
    occupancy.leave('::1');
  }
  expect(occupancy.running).toBe(3);
  expect(occupancy.hasRoomFor({ perSource: 3 }, '::1')).toBe(false);
  expect(occupancy.hasRoomFor({ perSource: 4 }, '::1')).toBe(true);
});

test('who waits counts among those of his address, and not among the servers', () => {
  const occupancy = new Occupancy();
  occupancy.reserve('::1');
  expect(occupancy.running).toBe(0);
  expect(occupancy.hasRoomFor({ perSource: 1 }, '::1')).toBe(false);
  occupancy.release('::1');
  expect(occupancy.hasRoomFor({ perSource: 1 }, '::1')).toBe(true);
});
