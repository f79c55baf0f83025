/** The text that Prometheus reads. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { Exposition, families, ServiceCounters } from '../../../src/metrics/mod.ts';
import { root } from '../../daemon/kinetd.ts';

test('families stand in their order, each with what it is, and only those that have something', () => {
  const text = new Exposition();
  text.add('kinetd_bans', 3);
  text.add('kinetd_build_info', true, { version: '1.2' });
  text.add('kinetd_connections_refused_total', 2, { service: 'a', reason: 'address' });
  text.add('kinetd_connections_refused_total', 1, { service: 'b', reason: 'load' });
  expect(text.toString()).toBe(
    '# HELP kinetd_build_info Always 1; the label has the version.\n' +
      '# TYPE kinetd_build_info gauge\n' +
      'kinetd_build_info{version="1.2"} 1\n' +
      '# HELP kinetd_bans Addresses and prefixes that are banned.\n' +
      '# TYPE kinetd_bans gauge\n' +
      'kinetd_bans 3\n' +
      '# HELP kinetd_connections_refused_total Clients refused, by the reason of their FAIL line.\n' +
      '# TYPE kinetd_connections_refused_total counter\n' +
      'kinetd_connections_refused_total{service="a",reason="address"} 2\n' +
      'kinetd_connections_refused_total{service="b",reason="load"} 1\n',
  );
});

test('what a service is called cannot end its label or its line', () => {
  const text = new Exposition();
  text.add('kinetd_queue_length', 0, { service: 'a"b\\c\nd\re\u00e9\u0100' });
  expect(text.toString().split('\n')[2]).toBe('kinetd_queue_length{service="a\\"b\\\\c\\nd\\\\x0de\\\\xe9\\\\x100"} 0');
});

test('a histogram adds up, and its last bucket has all', () => {
  const text = new Exposition();
  const { durations } = new ServiceCounters();
  text.addHistogram('kinetd_server_duration_seconds', durations, {});
  expect(text.toString()).toBe('');
  for (const value of [0.0005, 0.3, 0.4, 1e9]) durations.observe(value);
  text.addHistogram('kinetd_server_duration_seconds', durations, { service: 'a' });
  const lines = text.toString().split('\n');
  expect(lines).toContain('kinetd_server_duration_seconds_bucket{service="a",le="0.001"} 1');
  expect(lines).toContain('kinetd_server_duration_seconds_bucket{service="a",le="0.5"} 3');
  expect(lines).toContain('kinetd_server_duration_seconds_bucket{service="a",le="86400"} 3');
  expect(lines).toContain('kinetd_server_duration_seconds_bucket{service="a",le="+Inf"} 4');
  expect(lines).toContain('kinetd_server_duration_seconds_count{service="a"} 4');
});

test('docs/metrics.md has each family, as what it is and with its labels, and no other', () => {
  const page = readFileSync(join(root, 'docs/metrics.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `(kinetd_\w+)` \| (\w+) \| (.*?) \| (.*?) \|$/gm)].map(([, ...cells]) => cells);
  const expected = Object.entries(families).map(([name, { kind, help, labels, ofServices }]) => [
    name,
    kind,
    [...(ofServices ? ['service', 'protocol'] : []), ...labels].map((label) => `\`${label}\``).join(', '),
    help,
  ]);
  expect(rows).toEqual(expected);
});
