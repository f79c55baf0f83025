/** Which services have an ident server asked about their clients. */
import { expect, test } from 'vitest';

import type { Settings } from '../../../src/config/definition.ts';
import { codesOf, definition, onlyService } from './definitions.ts';
import { fakeSystem } from './fake-system.ts';

const asksServed = { log_on_success: new Set(['USERID'] as const) };
const asksRefused = { log_on_failure: new Set(['USERID'] as const) };
const only = { flags: new Set(['IDONLY'] as const) };

const identificationOf = async (settings: Settings): Promise<unknown> =>
  (await onlyService([definition('x', settings)], fakeSystem())).identification;

test('USERID asks about clients who are served, or about those who are refused; IDONLY needs the answer', async () => {
  expect(await identificationOf({})).toBeUndefined();
  expect(await identificationOf(asksServed)).toEqual({ ofServed: true, required: false, ofRefused: false });
  expect(await identificationOf(asksRefused)).toEqual({ ofServed: false, required: false, ofRefused: true });
  expect(await identificationOf(only)).toEqual({ ofServed: true, required: true, ofRefused: false });
});

test('where the daemon does not have the connections USERID asks nobody, and IDONLY is refused', async () => {
  for (const settings of [{ wait: true }, { socket_type: 'dgram', wait: true }] as const) {
    expect(await identificationOf({ ...asksServed, ...asksRefused, ...settings })).toBeUndefined();
    expect(await codesOf([definition('x', { ...only, ...settings })], fakeSystem())).toEqual(['ident-misfit']);
  }
});

test('at the port of ident servers USERID is left out with a warning, and IDONLY is refused', async () => {
  const atPort = (settings: Settings) => codesOf([definition('x', { ...settings, port: 113 })], fakeSystem());
  expect(await atPort(asksServed)).toEqual(['userid-on-ident-port']);
  expect(await atPort(asksRefused)).toEqual(['userid-on-ident-port']);
  expect(await atPort(only)).toEqual(['ident-misfit']);
  expect(await identificationOf({ ...asksServed, port: 113 })).toBeUndefined();
});
