/** The lines of one server's stderr: how long, how many, and what is left of the rest. */
import { writeSync } from 'node:fs';

import { beforeEach, expect, test } from 'vitest';

import { ErrorPipe, longestLine, mostLinesPerSecond } from '../../../src/daemon/error-pipe.ts';
import { asDescriptor, closeDescriptor, duplicateOnto } from '../../../src/os/mod.ts';
import { until } from '../../daemon/until.ts';

let told: string[];
let ended: number;
let pipe: ErrorPipe;

beforeEach(() => {
  told = [];
  ended = 0;
  pipe = new ErrorPipe(
    {
      line: (pid, text) => void told.push(`${pid} ${text}`),
      lost: (pid, lines) => void told.push(`${pid} lost ${lines}`),
    },
    () => ended++,
  );
});

/** A descriptor of the other end that lives on, as a server's does. */
function server(): number {
  const copy = asDescriptor(900);
  duplicateOnto(pipe.descriptor, copy);
  return copy;
}

test('a line may come in pieces, and the last one without its end', async () => {
  const write = server();
  pipe.begin(7);
  for (const piece of ['on', 'e\ntw', 'o\n\n', 'thr\u00e9e']) {
    writeSync(write, piece);
    pipe.drain();
  }
  expect(told).toEqual(['7 one', '7 two']);
  closeDescriptor(asDescriptor(write));
  await until(() => (pipe.closed ? true : undefined));
  expect(told).toEqual(['7 one', '7 two', '7 thr\u00e9e']);
  expect(ended).toBe(1);
});

test('of a long line the beginning is told, however long it is', () => {
  const write = server();
  pipe.begin(7);
  for (let i = 0; i < 20; i++) {
    writeSync(write, 'x'.repeat(10_000));
    pipe.drain();
  }
  writeSync(write, '\nnext\n');
  pipe.drain();
  expect(told).toEqual([`7 ${'x'.repeat(longestLine)}`, '7 next']);
  closeDescriptor(asDescriptor(write));
  pipe.close();
});

test('lines beyond those of a second are counted, and told at the end at the latest', () => {
  const write = server();
  pipe.begin(7);
  writeSync(write, 'x\n'.repeat(mostLinesPerSecond + 5));
  pipe.drain();
  expect(told).toHaveLength(mostLinesPerSecond);
  closeDescriptor(asDescriptor(write));
  pipe.close();
  pipe.close();
  expect(told.slice(mostLinesPerSecond)).toEqual(['7 lost 5']);
  expect(ended).toBe(1);
});

test('a server that was not started leaves nothing', () => {
  pipe.close();
  expect([told, ended]).toEqual([[], 1]);
});
