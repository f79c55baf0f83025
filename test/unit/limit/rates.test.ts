import { describe, expect, test } from 'vitest';

import { Rates, Sources } from '../../../src/limit/mod.ts';
import type { RateLimits } from '../../../src/model/mod.ts';

const none = { service: undefined, source: undefined, network: undefined };
const start = 1_700_000_000_000;

function ratesOf(limits: Partial<RateLimits>): Rates {
  return new Rates({ ...none, ...limits }, new Sources((words) => void crypto.getRandomValues(words), start));
}

/** What becomes of connections that come at these moments (milliseconds), in order. */
function outcomes(rates: Rates, client: string | undefined, moments: readonly number[]): (string | undefined)[] {
  return moments.map((moment) => rates.refusal(client, start + moment));
}

const at = (moment: number, times: number): number[] => Array.from({ length: times }, () => moment);
const a = '192.0.2.1';

describe('the rate of a service', () => {
  test('lets a burst through, and then as many as the period gives', () => {
    const rates = ratesOf({ service: { count: 2, periodSeconds: 1, burst: 3 } });
    expect(outcomes(rates, a, at(0, 5))).toEqual([undefined, undefined, undefined, 'rate_limit', 'rate_limit']);
    expect(outcomes(rates, a, [499, 500, 501, 1000])).toEqual(['rate_limit', undefined, 'rate_limit', undefined]);
  });

  test('is one for all clients, known or not', () => {
    const rates = ratesOf({ service: { count: 1, periodSeconds: 60, burst: 1 } });
    expect(rates.refusal(a, start)).toBe(undefined);
    expect(rates.refusal('192.0.2.2', start)).toBe('rate_limit');
    expect(rates.refusal(undefined, start)).toBe('rate_limit');
  });

  test('saves up no more than the burst', () => {
    const rates = ratesOf({ service: { count: 1, periodSeconds: 1, burst: 2 } });
    rates.refusal(a, start);
    expect(outcomes(rates, a, at(3_600_000, 3))).toEqual([undefined, undefined, 'rate_limit']);
  });
});

describe('the rate of a source', () => {
  const source = { count: 1, periodSeconds: 10, burst: 2 };

  test('refuses the client that is over it and nobody else', () => {
    const rates = ratesOf({ source });
    expect(outcomes(rates, a, at(0, 3))).toEqual([undefined, undefined, 'rate_limit_source']);
    expect(rates.refusal('192.0.2.2', start)).toBe(undefined);
    expect(rates.refusal('2001:db8::1', start)).toBe(undefined);
    expect(outcomes(rates, a, [9_999, 10_000])).toEqual(['rate_limit_source', undefined]);
  });

  test('takes an IPv4 client for the same one in IPv6 clothes, and the scope of an address for no part of it', () => {
    const rates = ratesOf({ source: { ...source, burst: 1 } });
    expect(rates.refusal(a, start)).toBe(undefined);
    expect(rates.refusal(`::ffff:${a}`, start)).toBe('rate_limit_source');
    expect(rates.refusal('fe80::1%eth0', start)).toBe(undefined);
    expect(rates.refusal('fe80::1%eth1', start)).toBe('rate_limit_source');
  });

  test('does not hold for a client that is not known', () => {
    const rates = ratesOf({ source: { ...source, burst: 1 } });
    expect(outcomes(rates, undefined, at(0, 5))).toEqual(Array.from({ length: 5 }));
  });
});

describe('the rate of a network', () => {
  const network = { count: 1, periodSeconds: 10, burst: 1, prefixes: { inet: 24, inet6: 64 } };

  test('is one for all addresses of a block', () => {
    const rates = ratesOf({ network });
    expect(rates.refusal('192.0.2.1', start)).toBe(undefined);
    expect(rates.refusal('192.0.2.255', start)).toBe('rate_limit_network');
    expect(rates.refusal('192.0.3.0', start)).toBe(undefined);
    expect(rates.refusal('2001:db8::1', start)).toBe(undefined);
    expect(rates.refusal('2001:db8::ffff:ffff:ffff:ffff', start)).toBe('rate_limit_network');
    expect(rates.refusal('2001:db8:0:1::', start)).toBe(undefined);
  });

  test.each([
    [{ inet: 31, inet6: 127 }, ['10.0.0.2', '10.0.0.3', '10.0.0.4'], ['::2', '::3', '::4']],
    [{ inet: 1, inet6: 1 }, ['0.0.0.0', '127.0.0.1', '128.0.0.0'], ['::', '7fff::', '8000::']],
    [{ inet: 8, inet6: 33 }, ['10.0.0.0', '10.255.0.0', '11.0.0.0'], ['1:2::', '1:2:7fff::', '1:2:8000::']],
  ])('prefixes of %j', (prefixes, inet, inet6) => {
    for (const clients of [inet, inet6]) {
      const rates = ratesOf({ network: { ...network, prefixes } });
      expect(clients.map((client) => rates.refusal(client, start))).toEqual([
        undefined,
        'rate_limit_network',
        undefined,
      ]);
    }
  });
});

test('a client that is over its own rate uses up neither that of its network nor that of the service', () => {
  const rates = ratesOf({
    source: { count: 1, periodSeconds: 60, burst: 1 },
    network: { count: 1, periodSeconds: 60, burst: 2, prefixes: { inet: 24, inet6: 64 } },
    service: { count: 1, periodSeconds: 60, burst: 3 },
  });
  const answers = ['192.0.2.1', '192.0.2.1', '192.0.2.1', '192.0.2.2', '192.0.2.3', '10.0.0.1', '10.0.1.1'].map(
    (client) => rates.refusal(client, start),
  );
  expect(answers).toEqual([
    undefined,
    'rate_limit_source',
    'rate_limit_source',
    undefined,
    'rate_limit_network',
    undefined,
    'rate_limit',
  ]);
});

test('services that share what is remembered have their own rates', () => {
  const sources = new Sources((words) => void crypto.getRandomValues(words), start);
  const source = { count: 1, periodSeconds: 60, burst: 1 };
  const [one, two] = [new Rates({ ...none, source }, sources), new Rates({ ...none, source }, sources)];
  expect([one.refusal(a, start), two.refusal(a, start), one.refusal(a, start)]).toEqual([
    undefined,
    undefined,
    'rate_limit_source',
  ]);
});

test.each(['service', 'source'] as const)('a clock that is set back costs a %s a burst at most', (kind) => {
  const rates = ratesOf({ [kind]: { count: 1, periodSeconds: 1, burst: 5 } });
  outcomes(rates, a, at(3_600_000, 5));
  expect(rates.refusal(a, start)).not.toBe(undefined);
  expect(rates.refusal(a, start + 1000)).toBe(undefined);
  expect(rates.refusal(a, start + 5000)).toBe(undefined);
});
