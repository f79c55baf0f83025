import { expect, test } from 'vitest';

import { HostsTable, parseHostsFile } from '../../../src/access/mod.ts';
import { Admission, type Moment } from '../../../src/daemon/admission.ts';
import { Sources } from '../../../src/limit/mod.ts';
import type { HostName, Service } from '../../../src/model/mod.ts';
import { serviceOf } from './service.ts';

const client = { address: '192.0.2.1', port: 40000 };
const admissionOf = (service: Service): Admission =>
  new Admission(service, new Sources((words) => words.fill(1), 0), {
    bannerFor: (folder, daemon) => ({ bytes: Buffer.from(`${folder}/${daemon}`) }),
    isBanned: (address) => address === '192.0.2.67',
    isDenied: (address) => address === '192.0.2.66',
    nameOf: (address) => names.get(address),
    hosts: () => (hostsDeny === undefined ? undefined : new HostsTable([], parseHostsFile(hostsDeny).rules)),
  });
/** undefined: it cannot be read. */
let hostsDeny: string | undefined = '';
const local = { address: '192.0.2.80', port: 7 };
const names = new Map<string, HostName>();
const noon = new Date(2026, 10, 20, 12, 0, 0).getTime();
const now: Moment = { time: noon, load: () => 0, full: () => false, collectExits: () => {} };
const deny = (reason: string) => ({ verdict: 'deny', reason });
const allow = { verdict: 'allow' };
const stranger = { family: 'inet', address: '192.0.2.0', prefix: 24, text: '192.0.2.0/24' } as const;

test('without limits everyone is admitted', () => {
  expect(admissionOf(serviceOf('a')).decide(client, local, now)).toEqual(allow);
});

test('the first rule that says no gives the reason: address, time, load, cps, instances, per_source, process limit', () => {
  const access = { noAccess: [stranger], times: [{ from: 0, to: 1 }] };
  const limits = { maxLoad: 1, instances: 0, perSource: 0 };
  const busy = { ...now, load: () => 5, full: () => true };
  expect(admissionOf(serviceOf('a', { access, limits })).decide(client, local, busy)).toEqual(deny('address'));
  expect(admissionOf(serviceOf('a', { access: { times: access.times }, limits })).decide(client, local, busy)).toEqual(
    deny('time'),
  );
  expect(admissionOf(serviceOf('a', { limits })).decide(client, local, busy)).toEqual(deny('load'));
  const rest = { instances: 0, perSource: 0 };
  expect(admissionOf(serviceOf('a', { limits: rest })).decide(client, local, busy)).toEqual(deny('service_limit'));
  expect(admissionOf(serviceOf('a', { limits: { perSource: 0 } })).decide(client, local, busy)).toEqual(
    deny('per_source_limit'),
  );
  expect(admissionOf(serviceOf('a')).decide(client, local, busy)).toEqual(deny('process_limit'));
});

test('a name that the lists go by is asked for, and decides when it is known', () => {
  const access = {
    onlyFrom: [],
    names: { onlyFrom: [{ kind: 'domain', name: 'example.org' }], noAccess: [] },
  } as const;
  const admission = admissionOf(serviceOf('a', { access, limits: { cps: { connections: 1, pauseSeconds: 1 } } }));
  for (let attempt = 0; attempt < 3; attempt++) {
    expect(admission.decide(client, local, now)).toEqual({
      verdict: 'ask',
      address: client.address,
      reason: 'address',
    });
  }
  names.set(client.address, { kind: 'known', name: 'cat.example.org' });
  expect(admission.decide(client, local, now), 'who was asked about has not counted for cps').toEqual(allow);
  names.clear();
});

test('hosts.deny is asked after the lists and before the limits, under the name of the service', () => {
  hostsDeny = 'cat: 192.0.2. : severity err\ndog: .example.org\n';
  const limits = { instances: 0 };
  const of = (hostsName: string | undefined, access: object = {}): unknown =>
    admissionOf(serviceOf('a', { access: { hostsName, ...access }, limits })).decide(client, local, now);
  expect(of('cat')).toEqual({ verdict: 'deny', reason: 'libwrap', severity: 'err' });
  expect(of('CAT')).toEqual({ verdict: 'deny', reason: 'libwrap', severity: 'err' });
  expect(of('cat', { noAccess: [stranger] })).toEqual(deny('address'));
  expect(of('dog')).toEqual({ verdict: 'ask', address: client.address, reason: 'libwrap' });
  expect(of('cow')).toEqual(deny('service_limit'));
  expect(of(undefined)).toEqual(deny('service_limit'));
  hostsDeny = undefined;
  expect(of('cow')).toEqual(deny('libwrap'));
  expect(of(undefined)).toEqual(deny('service_limit'));
  hostsDeny = '';
});

test('a client that has touched a sensor is refused by every service, and a sensor refuses everyone', () => {
  const touched = { address: '192.0.2.66', port: 1 };
  expect(admissionOf(serviceOf('a')).decide(touched, local, now)).toEqual(deny('address'));
  const sensor: Service = { ...serviceOf('trap'), server: { kind: 'sensor', denyMinutes: 5 } };
  expect(admissionOf(sensor).decide(client, local, now)).toEqual({ ...deny('address'), denyMinutes: 5 });
  expect(admissionOf(sensor).decide(touched, local, now)).toEqual({ ...deny('address'), denyMinutes: 5 });
});

test('a client that its address excludes uses up nothing of cps', () => {
  const admission = admissionOf(
    serviceOf('a', { access: { noAccess: [stranger] }, limits: { cps: { connections: 1, pauseSeconds: 10 } } }),
  );
  for (let attempt = 0; attempt < 5; attempt++) admission.decide(client, local, now);
  const friend = { address: '10.0.0.1', port: 1 };
  expect(admission.decide(friend, local, now)).toEqual(allow);
  expect(admission.decide(friend, local, now)).toEqual(deny('connections per second'));
});

test('the load average is asked for only by a service that limits it', () => {
  let asked = 0;
  const load = (): number => ++asked;
  admissionOf(serviceOf('a')).decide(client, local, { ...now, load });
  expect(asked).toBe(0);
  expect(admissionOf(serviceOf('a', { limits: { maxLoad: 1 } })).decide(client, local, { ...now, load })).toEqual(
    deny('load'),
  );
  expect(asked).toBe(1);
});

test('a reload keeps what is counted and takes the new bounds', () => {
  const admission = admissionOf(serviceOf('a', { limits: { instances: 2 } }));
  admission.occupancy.enter(client.address);
  admission.update(serviceOf('a', { limits: { instances: 1 } }));
  expect(admission.decide(client, local, now)).toEqual(deny('service_limit'));
});

test('a client that is not known is not measured by addresses', () => {
  const admission = admissionOf(serviceOf('a', { limits: { perSource: 0 } }));
  expect(admission.decide(undefined, local, now)).toEqual(allow);
});

test('nobody is refused for the sake of a server that has ended', () => {
  const admission = admissionOf(serviceOf('a', { limits: { instances: 1 } }));
  admission.occupancy.enter('10.0.0.1');
  const collectExits = (): void => admission.occupancy.leave('10.0.0.1');
  expect(admission.decide(client, local, { ...now, collectExits })).toEqual(allow);
});

test('a rate counts who is admitted so far, and what it refuses uses up nothing of cps', () => {
  const rates = { service: undefined, source: { count: 1, periodSeconds: 1, burst: 1 }, network: undefined };
  const limits = { rates, cps: { connections: 2, pauseSeconds: 10 } };
  const admission = admissionOf(serviceOf('a', { access: { noAccess: [stranger] }, limits }));
  const friend = { address: '10.0.0.1', port: 1 };
  expect(admission.decide(client, local, now)).toEqual(deny('address'));
  expect(admission.decide(friend, local, now)).toEqual(allow);
  for (let attempt = 0; attempt < 5; attempt++) {
    expect(admission.decide(friend, local, now)).toEqual(deny('rate_limit_source'));
  }
  expect(admission.decide({ address: '10.0.0.2', port: 1 }, local, now)).toEqual(allow);
});

test('a reload that leaves the rates as they are forgets nobody', () => {
  const limits = (count: number) => ({
    rates: { service: undefined, source: { count, periodSeconds: 60, burst: 1 }, network: undefined },
  });
  const admission = admissionOf(serviceOf('a', { limits: limits(1) }));
  expect(admission.decide(client, local, now)).toEqual(allow);
  admission.update(serviceOf('a', { limits: limits(1) }));
  expect(admission.decide(client, local, now)).toEqual(deny('rate_limit_source'));
  admission.update(serviceOf('a', { limits: limits(2) }));
  expect(admission.decide(client, local, now)).toEqual(allow);
});

test('with a queue, instances are the reason only when nothing else stands in the way', () => {
  const limits = { instances: 0, perSource: 1, queue: { places: 1, seconds: 1 } };
  const admission = admissionOf(serviceOf('a', { limits }));
  expect(admission.decide(client, local, now)).toEqual(deny('service_limit'));
  expect(admission.decide(client, local, { ...now, full: () => true })).toEqual(deny('process_limit'));
  admission.occupancy.reserve(client.address);
  expect(admission.decide(client, local, now)).toEqual(deny('per_source_limit'));
});
