/** What daemon and worker say to each other arrives as it was said, and nothing else is taken for it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { builtinNames, identFailures } from '../../../src/model/mod.ts';
import {
  longestText,
  mostTogether,
  type Order,
  type Report,
  readOrders,
  readReports,
  textOf,
} from '../../../src/worker/protocol.ts';

const task = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const count = fc.maxSafeNat();
const name = fc.constantFrom(...builtinNames);
const address = fc.oneof(fc.ipV4(), fc.constantFrom('::1', 'fe80::1%eth0', '2001:db8::7'));
const port = fc.integer({ min: 0, max: 65_535 });
const text = fc.string({ maxLength: 80 });

const orders: fc.Arbitrary<Order> = fc.oneof(
  fc.record({ order: fc.constant('end'), task } as const),
  fc.record({ order: fc.constant('verdict'), task, allowed: fc.boolean() } as const),
  fc.record({ order: fc.constant('reply'), task, text, goesOn: fc.boolean() } as const),
  fc.record({
    order: fc.constant('serve'),
    task,
    job: fc.oneof(
      fc.record({ kind: fc.constant('stream'), name } as const),
      fc.record({ kind: fc.constant('text'), text } as const),
      fc.record({ kind: fc.constant('tcpmux'), milliseconds: count } as const),
      fc.record({
        kind: fc.constant('ident'),
        client: fc.record({ address, port }),
        local: fc.record({ address, port }),
        milliseconds: count,
      } as const),
      fc.record({
        kind: fc.constant('datagrams'),
        name,
        sender: address,
        milliseconds: count,
        each: fc.boolean(),
      } as const),
    ),
  } as const),
);

const reports: fc.Arbitrary<Report> = fc.oneof(
  fc.constant({ report: 'ready' } as const),
  fc.record({
    report: fc.constant('asks'),
    task,
    sender: fc.record({ address, port: fc.integer({ min: 0, max: 65_535 }) }),
  } as const),
  fc.record({ report: fc.constant('wants'), task, name: fc.stringMatching(/^[!-~]{1,255}$/) } as const),
  fc.record({ report: fc.constant('ended'), task, received: count, sent: count } as const),
  fc.record({
    report: fc.constant('ended'),
    task,
    received: count,
    sent: count,
    answer: fc.oneof(
      fc.record({
        user: fc.string({ unit: fc.nat(255).map((code) => String.fromCharCode(code)), maxLength: 99 }),
      }),
      fc.record({ failure: fc.constantFrom(...identFailures) }),
    ),
  } as const),
  fc.record({ report: fc.constant('failed'), text } as const),
);

function bytes(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

test('orders arrive as they were given', () => {
  fc.assert(
    fc.property(fc.array(orders, { maxLength: mostTogether }), (given) => {
      expect(readOrders(bytes(given))).toEqual(given);
    }),
  );
});

test('reports arrive as they were made', () => {
  fc.assert(
    fc.property(fc.array(reports, { maxLength: mostTogether }), (made) => {
      expect(readReports(bytes(made))).toEqual(made);
    }),
  );
});

test('what is no message is none, whatever it is', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.json().map((json) => Buffer.from(json)),
      ),
      (noise) => {
        for (const read of [readOrders(noise), readReports(noise)]) expect(read ?? []).toEqual([]);
      },
    ),
  );
});

test('one field that is off spoils the whole message', () => {
  fc.assert(
    fc.property(reports, fc.nat(), fc.constantFrom(null, -1, 1.5, '', 'x y', {}, []), (report, at, odd) => {
      const fields = Object.keys(report);
      const spoilt = { ...report, [fields[at % fields.length] ?? 'report']: odd };
      const read = readReports(bytes([report, spoilt]));
      // Only a complaint may be any text.
      if (read !== undefined) expect(spoilt.report).toBe('failed');
    }),
  );
});

describe('a worker that was taken over cannot say', () => {
  test.each([
    ['an address that forges a line', { report: 'asks', task: 1, sender: { address: '1.2.3.4\nFAIL', port: 1 } }],
    ['a scope that does', { report: 'asks', task: 1, sender: { address: 'fe80::1%e\nFAIL', port: 1 } }],
    ['a port that is none', { report: 'asks', task: 1, sender: { address: '1.2.3.4', port: 65_536 } }],
    ['a name with blanks', { report: 'wants', task: 1, name: 'a b' }],
    ['a name without end', { report: 'wants', task: 1, name: 'x'.repeat(256) }],
    ['a user without end', { report: 'ended', task: 1, received: 0, sent: 0, answer: { user: 'x'.repeat(1025) } }],
    ['a user that is no bytes', { report: 'ended', task: 1, received: 0, sent: 0, answer: { user: '\u2028' } }],
    ['a failure of its own', { report: 'ended', task: 1, received: 0, sent: 0, answer: { failure: 'x\nFAIL' } }],
    ['a task that is no number', { report: 'ended', task: '1', received: 0, sent: 0 }],
    ['fewer bytes than none', { report: 'ended', task: 1, received: -1, sent: 0 }],
    ['an order', { order: 'end', task: 1 }],
  ])('%s', (_, report) => {
    expect(readReports(bytes([report]))).toBeUndefined();
  });

  test('more than fits', () => {
    expect(readReports(bytes(Array(mostTogether + 1).fill({ report: 'ready' })))).toBeUndefined();
    const [complaint] = readReports(bytes([{ report: 'failed', text: 'x'.repeat(50_000) }])) ?? [];
    expect(complaint?.report === 'failed' && complaint.text.length).toBe(4096);
  });
});

test('a text is cut between lines, and has no character but ASCII', () => {
  expect(textOf(['naïve\r\n', '\u001b[2J\n'])).toBe('na?ve\r\n?[2J\n');
  const text_ = textOf(Array(10_000).fill('0123456789\n'));
  expect(text_.length).toBeLessThanOrEqual(longestText);
  expect(text_.length).toBeGreaterThan(longestText - 11);
  expect(text_.endsWith('\n')).toBe(true);
});
