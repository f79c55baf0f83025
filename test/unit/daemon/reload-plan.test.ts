import { expect, test } from 'vitest';

import type { ServiceTable, TableEntry } from '../../../src/config/mod.ts';
import { planReload } from '../../../src/daemon/reload-plan.ts';
import { serviceOf } from './service.ts';

const running = (id: string, changes: Parameters<typeof serviceOf>[1] = {}) => ({ service: serviceOf(id, changes) });

const ready = (id: string, changes: Parameters<typeof serviceOf>[1] = {}): TableEntry => {
  const service = serviceOf(id, changes);
  return { state: 'ready', id, origin: service.origin, settings: {}, service };
};

const other = (state: 'refused' | 'disabled', id: string): TableEntry => ({
  state,
  id,
  origin: { file: '/etc/x', line: 1 },
  settings: {},
});

function plan(current: readonly ReturnType<typeof running>[], entries: readonly TableEntry[], unread: string[] = []) {
  const table: Pick<ServiceTable, 'entries' | 'unread'> = { entries, unread };
  const { keep, start, drop, retain } = planReload(current, table);
  return {
    keep: keep.map(({ running: { service } }) => service.id),
    start: start.map(({ service }) => service.id),
    follow: start.map(({ service, predecessor }) => `${service.id} ${predecessor?.service.protocol.name}`),
    drop: drop.map(({ service }) => service.id),
    retain: retain.map(({ service }) => service.id),
  };
}

test('the same text keeps everything', () => {
  expect(plan([running('a'), running('b')], [ready('a'), ready('b')])).toEqual({
    keep: ['a', 'b'],
    start: [],
    follow: [],
    drop: [],
    retain: [],
  });
});

test('new services start, missing and disabled ones are dropped', () => {
  expect(plan([running('a'), running('b')], [ready('c'), other('disabled', 'b')])).toEqual({
    keep: [],
    start: ['c'],
    follow: ['c undefined'],
    drop: ['a', 'b'],
    retain: [],
  });
});

test('another port, protocol or wait is another service', () => {
  for (const change of [{ port: 99 }, { protocol: { name: 'udp', number: 17 } }, { wait: true }]) {
    expect(plan([running('a')], [ready('a', change)])).toMatchObject({ keep: [], start: ['a'], drop: ['a'] });
  }
});

test('another address, name or case of the id is the same service', () => {
  expect(plan([running('a')], [ready('A', { address: '127.0.0.2', name: 'other' })])).toMatchObject({ keep: ['a'] });
});

test('a service whose new text is refused is retained', () => {
  expect(plan([running('a')], [other('refused', 'A')])).toMatchObject({ drop: [], retain: ['a'] });
});

test('a service whose file or folder cannot be read any more is retained', () => {
  const inFolder = running('a', { file: '/etc/xinetd.d/a' });
  expect(plan([inFolder], [], ['/etc/xinetd.d/a'])).toMatchObject({ retain: ['a'] });
  expect(plan([inFolder], [], ['/etc/xinetd.d'])).toMatchObject({ retain: ['a'] });
  expect(plan([inFolder], [], ['/etc/xinetd.d/b'])).toMatchObject({ drop: ['a'] });
  expect(plan([inFolder], [], ['/etc/xinetd'])).toMatchObject({ drop: ['a'] });
});

test('services that agree in everything are matched one to one', () => {
  const twin = { address: '127.0.0.2' };
  expect(plan([running('a'), running('a', twin)], [ready('a')])).toMatchObject({ keep: ['a'], drop: ['a'] });
});

test('a new service has the dropped one of its id as predecessor, of several that of its protocol', () => {
  const udp = { protocol: { name: 'udp', number: 17 }, socketType: 'dgram' } as const;
  const both = [running('a', udp), running('a'), running('b')];
  expect(plan(both, [ready('A', { port: 99 }), ready('a', { ...udp, port: 99 })]).follow).toEqual(['A tcp', 'a udp']);
  expect(plan([running('a')], [ready('a', { ...udp, port: 99 }), ready('a', { port: 98 })]).follow).toEqual([
    'a undefined',
    'a tcp',
  ]);
  expect(plan([running('a')], [ready('a', udp)]).follow).toEqual(['a tcp']);
});
