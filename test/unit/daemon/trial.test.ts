/** What `kinetd explain --from` says is what admission decides, whatever the service and the client. */
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { parseHostsFile } from '../../../src/access/mod.ts';
import { tryClient } from '../../../src/daemon/mod.ts';
import type { Network } from '../../../src/model/mod.ts';
import { serviceOf } from './service.ts';

const noon = new Date(2026, 10, 20, 12, 0, 0).getTime();
const none = { allow: [], deny: [] };

const block = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.constantFrom(8, 24, 32)).map(([low, prefix]): Network => {
  const address = prefix === 8 ? '10.0.0.0' : prefix === 24 ? `10.0.${low}.0` : `10.0.0.${low}`;
  return { family: 'inet', address, prefix, text: `${address}/${prefix}` };
});
const address = fc
  .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }))
  .map(([a, b]) => `10.0.${a}.${b}`);
const hosts = fc
  .array(fc.tuple(fc.constantFrom('cat', 'ALL', 'dog'), fc.constantFrom('ALL', '10.0.0.', '10.0.1.2', '.example.org')))
  .map((lines) => parseHostsFile(lines.map((line) => `${line.join(': ')}\n`).join('')).rules);

test('the rules, one by one, come to what admission decides', () => {
  fc.assert(
    fc.property(
      fc.record({
        onlyFrom: fc.option(fc.array(block, { maxLength: 4 }), { nil: undefined }),
        noAccess: fc.array(block, { maxLength: 4 }),
        times: fc.option(fc.constant([{ from: 0, to: 600 }]), { nil: undefined }),
        hostsName: fc.option(fc.constant('cat'), { nil: undefined }),
      }),
      fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
      address,
      fc.record({ allow: hosts, deny: hosts }),
      fc.integer({ min: 0, max: 86_400 }),
      (access, maxLoad, client, rules, second) => {
        const service = serviceOf('a', { access, limits: { maxLoad } });
        const { steps, decision } = tryClient({
          service,
          peer: { address: client, port: 40000 },
          local: undefined,
          time: noon + second * 1000,
          load: 2,
          hosts: rules,
        });
        expect(steps.at(-1)?.answer ?? 'allow').toBe(decision.verdict);
        const reasons = {
          sensor: 'address',
          'only_from and no_access': 'address',
          'hosts.allow and hosts.deny': 'libwrap',
          access_times: 'time',
          max_load: 'load',
        } as const;
        const last = steps.at(-1);
        if (decision.verdict !== 'allow' && last !== undefined) expect(decision.reason).toBe(reasons[last.rule]);
      },
    ),
    { numRuns: 500 },
  );
});

function trial(access: Parameters<typeof serviceOf>[1], rules: Parameters<typeof tryClient>[0]['hosts'] = none) {
  const peer = { address: '10.0.0.1', port: 40000 };
  return tryClient({ service: serviceOf('a', access), peer, local: undefined, time: noon, load: 0, hosts: rules });
}

test('the narrowest block is named that decides', () => {
  const wide: Network = { family: 'inet', address: '10.0.0.0', prefix: 8, text: '10/8' };
  const narrow: Network = { family: 'inet', address: '10.0.0.0', prefix: 24, text: '10.0.0.0/24' };
  expect(trial({ access: { onlyFrom: [narrow], noAccess: [wide] } }).steps).toEqual([
    { rule: 'only_from and no_access', answer: 'allow', by: { attribute: 'only_from', text: '10.0.0.0/24' } },
  ]);
  expect(trial({ access: { onlyFrom: [wide], noAccess: [narrow] } }).steps).toEqual([
    { rule: 'only_from and no_access', answer: 'deny', by: { attribute: 'no_access', text: '10.0.0.0/24' } },
  ]);
});

test('the line of hosts.allow or hosts.deny is named that decides', () => {
  const deny = parseHostsFile('# no\ndog: ALL\ncat: 10.\n').rules;
  const denied = trial({ access: { hostsName: 'cat' } }, { allow: [], deny });
  expect(denied.steps.at(-1)?.by).toEqual({ file: 'deny', line: 3 });
  expect(denied.decision).toMatchObject({ verdict: 'deny', reason: 'libwrap' });
  const allow = parseHostsFile('cat: 10.0.0.1\n').rules;
  expect(trial({ access: { hostsName: 'cat' } }, { allow, deny }).steps.at(-1)).toMatchObject({
    answer: 'allow',
    by: { file: 'allow', line: 1 },
  });
});

test('files that cannot be read refuse', () => {
  const peer = { address: '10.0.0.1', port: 40000 };
  const service = serviceOf('a', { access: { hostsName: 'cat' } });
  const { decision } = tryClient({ service, peer, local: undefined, time: noon, load: 0, hosts: undefined });
  expect(decision).toEqual({ verdict: 'deny', reason: 'libwrap' });
});
