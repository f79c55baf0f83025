/** The worker's half of tcpmux: the line and nothing behind it, in a bounded time. */
import { readSync, writeSync } from 'node:fs';

import { expect, test } from 'vitest';

import { closeDescriptor, type Descriptor, socketPair } from '../../../src/os/mod.ts';
import { Tcpmux } from '../../../src/worker/builtin/tcpmux.ts';
import { until } from '../../daemon/until.ts';

interface Case {
  readonly client: Descriptor;
  /** The daemon's copy is the same open socket as the worker's here. */
  readonly mux: Tcpmux;
  readonly names: string[];
  readonly ends: { readonly received: number; readonly sent: number }[];
}

function begin(milliseconds: number): Case {
  const [client, connection] = socketPair('stream', false);
  const names: string[] = [];
  const ends: Case['ends'] = [];
  const mux = new Tcpmux({ kind: 'tcpmux', milliseconds }, connection, {
    onName: (name) => names.push(name),
    onEnded: (traffic) => ends.push(traffic),
  });
  return { client, mux, names, ends };
}

const minute = 60_000;

test('a client that says nothing, or never ends its line, is closed when its time is over', async () => {
  for (const text of ['', 'na']) {
    const { client, names, ends } = begin(30);
    if (text !== '') writeSync(client, text);
    await until(() => (ends.length === 1 ? true : undefined));
    expect([names, ends]).toEqual([[], [{ received: text.length, sent: 0 }]]);
    expect(readSync(client, Buffer.alloc(10))).toBe(0);
    closeDescriptor(client);
  }
});

test('the time is that of the client: while the daemon decides nothing ends', async () => {
  const { client, mux, names, ends } = begin(30);
  writeSync(client, 'name\r\n');
  await until(() => (names.length === 1 ? true : undefined));
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(ends).toEqual([]);
  mux.reply('-no\r\n', false);
  expect(ends).toEqual([{ received: 6, sent: 5 }]);
  const answer = Buffer.alloc(10);
  expect(answer.toString('latin1', 0, readSync(client, answer))).toBe('-no\r\n');
  closeDescriptor(client);
});

test('a line of any length up to the longest is one, and one more is none', async () => {
  for (const [length, accepted] of [
    [1, true],
    [255, true],
    [256, false],
    [4000, false],
  ] as const) {
    const { client, names, ends, mux } = begin(minute);
    writeSync(client, `${'x'.repeat(length)}\r\n`);
    await until(() => (names.length + ends.length > 0 ? true : undefined));
    expect([length, names]).toEqual([length, accepted ? ['x'.repeat(length)] : []]);
    mux.end();
    expect(ends).toHaveLength(1);
    closeDescriptor(client);
  }
});
