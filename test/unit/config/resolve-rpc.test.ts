/** RPC services: the program's number, its versions, and a port that nobody has to know. */
import { expect, test } from 'vitest';

import type { Settings } from '../../../src/config/definition.ts';
import { definition, inetdLines, onlyService, resolved } from './definitions.ts';
import { fakeSystem } from './fake-system.ts';

const system = fakeSystem();
const versions = { low: 2, high: 4 };

type Changes = { readonly [Name in keyof Settings]?: Settings[Name] | undefined };

function rpc(name: string, changes: Changes = {}) {
  return definition(name, { type: new Set(['RPC'] as const), rpc_version: versions, port: undefined, ...changes });
}

const unlisted = { type: new Set(['RPC', 'UNLISTED'] as const) };

test('the number comes from rpc(5) or from rpc_number, and any port will do', async () => {
  const listed = await onlyService([rpc('rstatd')], system);
  expect(listed.rpc).toEqual({ number: 100_001, lowest: 2, highest: 4 });
  expect(listed.endpoints.map(({ port }) => port)).toEqual([0]);
  const own = await onlyService([rpc('own', { ...unlisted, rpc_number: 300_019 })], system);
  expect(own.rpc?.number).toBe(300_019);
  const other = await onlyService([rpc('rstatd', { rpc_number: 5 })], system);
  expect(other.rpc?.number).toBe(5);
});

test('a port that is given is used, whatever services(5) says', async () => {
  const { endpoints } = await onlyService([rpc('rstatd', { port: 4711 })], system);
  expect(endpoints.map(({ port }) => port)).toEqual([4711]);
});

test('a line of an inetd.conf', async () => {
  const { rpc: program, endpoints } = await onlyService(
    inetdLines('rstatd/1-3 dgram rpc/udp wait root /bin/cat'),
    system,
  );
  expect(program).toEqual({ number: 100_001, lowest: 1, highest: 3 });
  expect(new Set(endpoints.map(({ port }) => port))).toEqual(new Set([0]));
  expect((await onlyService(inetdLines('300019/1 dgram rpc/udp wait root /bin/cat'), system)).rpc?.number).toBe(
    300_019,
  );
});

test('other services have nothing to register', async () => {
  expect((await onlyService([definition('x')], system)).rpc).toBeUndefined();
});

const mistakes: readonly (readonly [string, string, Changes, readonly string[]])[] = [
  ['a name that rpc(5) does not know', 'unheard', {}, ['unknown-rpc-program']],
  ['no versions', 'rstatd', { rpc_version: undefined }, ['missing-attribute']],
  ['no number although it is UNLISTED', 'own', unlisted, ['missing-attribute']],
  ['more versions than anybody has', 'rstatd', { rpc_version: { low: 0, high: 4_294_967_295 } }, ['bad-number']],
];

test.each(mistakes)('refused: %s', async (_, name, changes, codes) => {
  const { entries, diagnostics } = await resolved([rpc(name, changes)], system);
  expect(entries.map(({ state }) => state)).toEqual(['refused']);
  expect(diagnostics.map(({ code }) => code)).toEqual(codes);
});
