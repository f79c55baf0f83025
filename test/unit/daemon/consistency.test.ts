import { expect, test } from 'vitest';

import { Consistency, type Inspected, type Inspection } from '../../../src/daemon/consistency.ts';
import type { Server } from '../../../src/launch/mod.ts';
import { asDescriptor } from '../../../src/os/mod.ts';
import { serviceOf } from './service.ts';

const local = { address: '127.0.0.1', port: 7 };

type Changes = Partial<Omit<Inspected, 'listeners'>> & {
  readonly listeners?: readonly (Partial<Inspected['listeners'][number]> & { readonly fd?: number })[];
};

function inspected(changes: Changes = {}): Inspected {
  const { listeners = [{}], ...others } = changes;
  return {
    service: serviceOf('s'),
    running: 0,
    identifying: 0,
    delegated: 0,
    queued: [],
    runningOfSources: 0,
    forkserver: undefined,
    ...others,
    listeners: listeners.map(({ fd = 5, ...listener }) => ({
      state: 'listening',
      descriptor: asDescriptor(fd),
      local,
      ...listener,
    })),
  };
}

const serverOf = (owner: object, pid = 100, awaited = false): Server => ({
  pid,
  owner,
  awaited,
  peer: undefined,
  startedAt: 0,
  onExit() {},
});

interface World extends Partial<Omit<Inspection, 'servers'>> {
  readonly servers?: readonly Server[];
  readonly underWay?: number;
}

function inspection({ servers = [], underWay = 0, ...world }: World): Inspection {
  return {
    services: [],
    leaving: [],
    forkservers: new Set(),
    processExists: () => true,
    boundTo: () => local,
    sockets: () => [],
    now: 0,
    ...world,
    servers: Object.assign([...servers], { count: servers.length + underWay, underWay }),
  };
}

const check = (world: World): readonly string[] => new Consistency().check(inspection(world));

test('what agrees is no error', () => {
  const [a, b] = [inspected({ running: 2, runningOfSources: 1 }), inspected({ listeners: [{ fd: 6 }] })];
  expect(check({ services: [a, b], servers: [serverOf(a), serverOf(a, 101)] })).toEqual([]);
  const launching = inspected({ running: 3 });
  expect(check({ services: [launching], servers: [serverOf(launching)], underWay: 2 })).toEqual([]);
});

test('servers that a service counts and does not have, and the other way round', () => {
  expect(check({ services: [inspected({ running: 1 })] })).toEqual([
    'service s counts 1 running servers and has 0',
    'services count 1 running servers, and the daemon 0',
  ]);
  const uncounted = inspected();
  expect(check({ services: [uncounted], servers: [serverOf(uncounted)] })).toEqual([
    'service s counts 0 running servers and has 1',
    'services count 0 running servers, and the daemon 1',
  ]);
  expect(check({ services: [inspected({ running: 1 })], underWay: 2 })).toEqual([
    'services count 1 running servers, and the daemon 2',
  ]);
});

test('more servers of clients than servers', () => {
  const service = inspected({ running: 1, runningOfSources: 2 });
  expect(check({ services: [service], servers: [serverOf(service)] })).toEqual([
    'service s counts 2 servers of its clients, and 1 in all',
  ]);
});

test('a server that nobody collected, and one of nobody', () => {
  const service = inspected({ running: 1 });
  expect(check({ services: [service], servers: [serverOf(service)], processExists: () => false })).toEqual([
    'server 100 is in the table, and there is no such process',
  ]);
  expect(check({ services: [inspected()], servers: [serverOf({})] })).toContain('server 100 belongs to no service');
});

test.each(['listening', 'busy', 'held'] as const)('a listener that is %s has a socket', (state) => {
  const service = inspected({ listeners: [{ state, descriptor: undefined, local: undefined }] });
  expect(check({ services: [service], servers: [] })).toContain(`service s is ${state} without a descriptor`);
});

test.each(['down', 'paused', 'closed'] as const)('a listener that is %s has none', (state) => {
  expect(check({ services: [inspected({ listeners: [{ state }] })] })).toEqual([
    `service s is ${state} with a descriptor`,
  ]);
  const none = inspected({ listeners: [{ state, descriptor: undefined, local: undefined }] });
  expect(check({ services: [none] })).toEqual([]);
});

test('a descriptor that is closed, another socket, or two listeners at once', () => {
  const services = [inspected()];
  expect(check({ services, boundTo: () => undefined })).toEqual(['descriptor 5 of service s is no socket']);
  expect(check({ services, boundTo: () => ({ address: '::1', port: 9 }) })).toEqual([
    'descriptor 5 of service s is bound to ::1 9, not to 127.0.0.1 7',
  ]);
  expect(check({ services: [inspected(), inspected()] })).toEqual(['descriptor 5 belongs to service s and to s']);
});

test('a socket that waits for a server that nobody waits for', () => {
  const service = inspected({ running: 1, listeners: [{ state: 'busy' }] });
  expect(check({ services: [service], servers: [serverOf(service)] })).toEqual([
    '1 sockets are with servers, and 0 servers are waited for',
  ]);
  expect(check({ services: [service], servers: [serverOf(service, 100, true)] })).toEqual([]);
});

test('a dropped service that has no server left', () => {
  expect(check({ leaving: [inspected()] })).toEqual(['service s was dropped and is kept without a server']);
});

test('what the worker serves is no server of the daemon, also when a reload has made a program of the service', () => {
  const [changed, other] = [inspected({ running: 3, delegated: 2 }), inspected({ listeners: [{ fd: 6 }] })];
  expect(check({ services: [changed, other], servers: [serverOf(changed)] })).toEqual([]);
  expect(check({ services: [changed, other] })).toEqual([
    'service s counts 1 running servers and has 0',
    'services count 3 running servers, and the daemon 0',
  ]);
});

test('who waits in the queue may do so for as long as the queue lets him', () => {
  const consistency = new Consistency();
  const sockets = (): ReturnType<Inspection['sockets']> => [{ descriptor: 9, identity: 'socket:[2]', port: 7 }];
  const at = (minutes: number, queued: readonly number[]): readonly string[] =>
    consistency.check(inspection({ services: [inspected({ queued })], now: minutes * 60_000, sockets }));
  expect(at(0, [9])).toEqual([]);
  expect(at(60, [9])).toEqual([]);
  expect(at(61, [])).toEqual([]);
  expect(at(66, [])).toEqual(["descriptor 9 at port 7 has been nobody's for 300 seconds"]);
});

test('a connection that stays open for minutes is a leak; one that comes and goes is not', () => {
  const consistency = new Consistency();
  const services = [inspected()];
  const at = (minutes: number, identity: string, port = 7): readonly string[] =>
    consistency.check(
      inspection({
        services,
        now: minutes * 60_000,
        sockets: () => [
          { descriptor: 5, identity: 'socket:[1]', port: 7 },
          { descriptor: 9, identity, port },
        ],
      }),
    );
  expect(at(0, 'socket:[2]')).toEqual([]);
  expect(at(4, 'socket:[2]')).toEqual([]);
  expect(at(5, 'socket:[2]')).toEqual(["descriptor 9 at port 7 has been nobody's for 300 seconds"]);
  expect(at(6, 'socket:[3]')).toEqual([]);
  expect(at(12, 'socket:[4]')).toEqual([]);
  expect(at(20, 'socket:[4]', 8)).toEqual([]);
});

test('fork servers that have gone without a word, and that nobody knows', () => {
  const parked = inspected({ forkserver: { pid: 200 } });
  expect(check({ services: [parked], forkservers: new Set([200]) })).toEqual([]);
  expect(check({ services: [inspected({ forkserver: { pid: undefined } })] })).toEqual([]);
  expect(check({ services: [parked], forkservers: new Set([200, 201]), processExists: (pid) => pid !== 201 })).toEqual([
    'fork server 201 is in the table, and there is no such process',
  ]);
  expect(check({ services: [parked] })).toEqual(['fork server 200 of service s is not in the table']);
});
