import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

const built = (path: string): string =>
  JSON.stringify(fileURLToPath(new URL(`../../../dist/${path}`, import.meta.url)));

/** A process that writes lines to a pipe or a socket as fast as it can, and says on stdout when it has. */
const writer = `
import { StreamSink } from ${built('log/stream-sink.js')};
import { asDescriptor, writerWithoutWaiting } from ${built('os/mod.js')};
const sink = new StreamSink(writerWithoutWaiting(asDescriptor(2)), 'p');
const lines = Number(process.argv[1]);
for (let line = 0; line < lines; line++) sink.write('p: line ' + line + ' ' + 'x'.repeat(90));
process.stdout.write('written');
const keep = setInterval(() => {}, 1000);
process.stdin.resume();
process.stdin.on('end', () => {
  sink.write('p: last');
  sink.close();
  clearInterval(keep);
});
`;

/** What a reader gets that begins to read only when all has been written. */
async function readLate(lines: number, last: string): Promise<string[]> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', writer, `${lines}`], { stdio: 'pipe' });
  child.stderr.pause();
  await new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
  let text = '';
  const all = new Promise<void>((resolve) => child.stderr.on('close', () => resolve()));
  const enough = new Promise<void>((resolve) => {
    child.stderr.on('data', (chunk) => {
      text += String(chunk);
      if (text.includes(last)) resolve();
    });
  });
  child.stderr.resume();
  await enough;
  child.stdin.end();
  await all;
  return text.trimEnd().split('\n');
}

test('a slow reader gets every line, in order', async () => {
  const lines = await readLate(5000, 'line 4999 ');
  expect(lines).toHaveLength(5001);
  expect(lines.every((line, index) => line.startsWith(index === 5000 ? 'p: last' : `p: line ${index} `))).toBe(true);
});

test('what is kept for a reader is bounded, and the lost lines are counted', async () => {
  const lines = await readLate(40_000, 'lines could not be written');
  const lost = lines
    .map((line) => /^p: (\d+) lines could not be written here$/.exec(line)?.[1])
    .find((n) => n !== undefined);
  expect(Number(lost)).toBe(40_000 - lines.filter((line) => line.startsWith('p: line ')).length);
  expect(lines.at(-1)).toBe('p: last');
});
