/** The states of a fork server: what the table allows, and that nothing else is. */
import { expect, test } from 'vitest';

import {
  type ForkserverEvent,
  type ForkserverState,
  nextForkserverState,
} from '../../../../src/launch/forkserver/state.ts';

function after(...events: readonly ForkserverEvent[]): ForkserverState {
  return events.reduce<ForkserverState>(nextForkserverState, 'off');
}

test('the one that serves goes on until the next is parked', () => {
  expect(after('begin')).toBe('starting');
  expect(after('begin', 'parked', 'begin')).toBe('replacing');
  expect(after('begin', 'parked', 'begin', 'parked')).toBe('ready');
  expect(after('begin', 'parked', 'begin', 'lost-next')).toBe('stale');
  expect(after('begin', 'parked', 'begin', 'lost-next', 'begin')).toBe('replacing');
});

test('one that is lost is replaced after a rest, or by the one that is being loaded', () => {
  expect(after('begin', 'lost-next')).toBe('resting');
  expect(after('begin', 'parked', 'lost-current')).toBe('resting');
  expect(after('begin', 'parked', 'lost-current', 'begin')).toBe('starting');
  expect(after('begin', 'parked', 'begin', 'lost-current')).toBe('starting');
});

test('what is closed stays closed', () => {
  expect(after('close', 'close')).toBe('closed');
  expect(() => after('close', 'begin')).toThrow('a fork server that is closed cannot take begin');
});

test('nothing that is not there can be lost', () => {
  expect(() => after('lost-current')).toThrow();
  expect(() => after('begin', 'parked', 'parked')).toThrow();
});
