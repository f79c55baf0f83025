import { expect, test } from 'vitest';

import { ServerTimes } from '../../../src/launch/mod.ts';

/** A world in which time goes on when it is told to. */
class World {
  readonly sent: string[] = [];
  readonly groups = new Set<number>();
  readonly times: ServerTimes;
  now = 0;
  #timers: { readonly at: number; readonly job: () => void }[] = [];

  constructor(seconds: number, graceSeconds: number) {
    this.times = new ServerTimes(
      { seconds, graceSeconds },
      {
        now: () => this.now,
        signalGroup: (pid, signal) => void this.sent.push(`${this.now} ${signal} ${pid}`),
        signalServer: (pid, signal) => void this.sent.push(`${this.now} ${signal} ${pid}`),
        groupExists: (pid) => this.groups.has(pid),
        after: (milliseconds, job) => {
          const timer = { at: this.now + milliseconds, job };
          this.#timers.push(timer);
          return () => {
            this.#timers = this.#timers.filter((other) => other !== timer);
          };
        },
      },
    );
  }

  get timers(): number {
    return this.#timers.length;
  }

  goTo(moment: number): void {
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= moment).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.now = next.at;
      next.job();
    }
    this.now = moment;
  }
}

test('a server whose time is up gets SIGTERM, and SIGKILL after the grace time', () => {
  const world = new World(10, 2);
  world.times.begin(5);
  world.goTo(9_999);
  expect(world.sent).toEqual([]);
  world.goTo(60_000);
  expect(world.sent).toEqual(['10000 SIGTERM 5', '12000 SIGKILL 5']);
  expect(world.times.end(5)).toBe(true);
  expect(world.timers).toBe(0);
});

test('a server that ends in time is left alone', () => {
  const world = new World(10, 2);
  world.times.begin(5);
  world.goTo(9_000);
  expect(world.times.end(5)).toBe(false);
  world.goTo(60_000);
  expect(world.sent).toEqual([]);
  expect(world.timers).toBe(0);
});

test('a server that ends when it is told to gets no SIGKILL', () => {
  const world = new World(10, 2);
  world.times.begin(5);
  world.goTo(10_500);
  expect(world.times.end(5)).toBe(true);
  world.goTo(60_000);
  expect(world.sent).toEqual(['10000 SIGTERM 5']);
});

test('what is left of its group gets the SIGKILL all the same', () => {
  const world = new World(10, 2);
  world.times.begin(5);
  world.goTo(10_500);
  world.groups.add(5);
  expect(world.times.end(5)).toBe(true);
  world.goTo(60_000);
  expect(world.sent).toHaveLength(2);
  expect(world.sent[1]).toMatch(/^12[0-9]{3} SIGKILL 5$/);
  expect(world.timers).toBe(0);
});

test('a group that has gone by itself gets none, since its number may be that of another one day', () => {
  const world = new World(10, 2);
  world.times.begin(5);
  world.goTo(10_500);
  world.groups.add(5);
  world.times.end(5);
  world.goTo(11_000);
  world.groups.delete(5);
  world.goTo(11_500);
  world.groups.add(5);
  world.goTo(60_000);
  expect(world.sent).toEqual(['10000 SIGTERM 5']);
});

test('a grace time of 0 kills at once', () => {
  const world = new World(1, 0);
  world.times.begin(5);
  world.goTo(1000);
  expect(world.sent).toEqual(['1000 SIGTERM 5', '1000 SIGKILL 5']);
});

test('each has its own time, and there is one timer for all', () => {
  const world = new World(10, 5);
  for (let pid = 2; pid < 5002; pid++) {
    world.now = pid;
    world.times.begin(pid);
    expect(world.timers).toBe(1);
  }
  for (let pid = 2; pid < 5002; pid += 2) world.times.end(pid);
  world.goTo(14_000);
  expect(world.timers).toBe(1);
  const expected = Array.from({ length: 2000 }, (_, index) => `${2 * index + 10_003} SIGTERM ${2 * index + 3}`);
  expect(world.sent.slice(0, 1999)).toEqual(expected.slice(0, 1999));
  for (let pid = 3; pid < 5002; pid += 2) world.times.end(pid);
  world.goTo(100_000);
  expect(world.sent.some((line) => line.includes('SIGKILL'))).toBe(false);
  expect(world.timers).toBe(0);
});
