/** The pulse: what is put off happens once, together, and nothing beats without work. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';

import { Pulse } from '../../../src/os/mod.ts';

function pulse(): Pulse {
  const one = new Pulse(1);
  onTestFinished(() => one.close());
  return one;
}

/** The intervals of this process's timers that are descriptors. */
function armed(): string[] {
  return readdirSync('/proc/self/fdinfo')
    .map((descriptor) => {
      try {
        return readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8');
      } catch {
        return ''; // the listing's own, which is gone
      }
    })
    .flatMap((text) => /^it_interval: \((.*)\)$/m.exec(text)?.[1] ?? []);
}

test('a job is done later, once, and together with the others that wait', async () => {
  const one = pulse();
  const done: string[] = [];
  await new Promise<void>((resolve) => {
    one.next(() => done.push('first'));
    one.next(() => {
      done.push('second');
      resolve();
    });
    expect(done).toEqual([]);
  });
  expect(done).toEqual(['first', 'second']);
  await new Promise<void>((resolve) => one.next(resolve));
  expect(done).toEqual(['first', 'second']);
});

test('a job may ask for the next beat', async () => {
  const one = pulse();
  let beats = 0;
  await new Promise<void>((resolve) => {
    const job = (): void => {
      beats++;
      if (beats < 5) one.next(job);
      else resolve();
    };
    one.next(job);
  });
  expect(beats).toBe(5);
});

test('the timer runs while there are jobs, and stops when a beat finds none', async () => {
  const one = pulse();
  expect(armed()).toEqual(['0, 0']);
  one.next(() => {});
  expect(armed()).toEqual(['0, 1000000']);
  await expect.poll(armed).toEqual(['0, 0']);
});

test('jobs that wait when it is closed are forgotten, and its descriptor is gone', async () => {
  const before = armed().length;
  const one = new Pulse(1);
  let done = false;
  one.next(() => {
    done = true;
  });
  one.close();
  expect(armed()).toHaveLength(before);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(done).toBe(false);
});
