/**
 * A comparison: the same configuration and the same client against Debian's program and against kinetd, side by
 * side. What a test says of both it says once; `same` and `difference` tell in the test's title which of the two it
 * is, and docs/compatibility.md names every difference (documented.test.ts).
 */
import { afterAll, beforeAll, onTestFinished, type TestContext, test } from 'vitest';

import { type Needs, obstacle } from './programs.ts';
import { Side, type SideOptions } from './side.ts';

/** The answers of both sides. */
export interface Answers<T> {
  readonly debian: T;
  readonly kinetd: T;
}

export interface PairOptions extends SideOptions {
  /** The daemon is meant to end by itself, or to fail to bind: start() does not wait for it to serve. */
  readonly unready?: boolean;
}

export class Pair {
  readonly debian: Side;
  readonly kinetd: Side;

  private constructor(debian: Side, kinetd: Side) {
    this.debian = debian;
    this.kinetd = kinetd;
  }

  /** Starts both; again with other ports when somebody else was faster. */
  static async start(options: PairOptions): Promise<Pair> {
    for (let attempt = 1; ; attempt++) {
      const debian = await Side.start('Debian', options);
      const kinetd = await Side.start('kinetd', options).catch(async (error) => {
        await debian.end();
        throw error;
      });
      const pair = new Pair(debian, kinetd);
      if (options.unready === true) return pair;
      const started = await Promise.allSettled([pair.debian.ready(), pair.kinetd.ready()]);
      const failure = started.find((result) => result.status === 'rejected');
      const lucky = !pair.debian.outOfLuck && !pair.kinetd.outOfLuck;
      if (failure === undefined && lucky) return pair;
      await pair.end();
      if (attempt === 3 || lucky) throw failure?.reason ?? new Error('no ports that stay free');
    }
  }

  /** The same client for both, at the same time. */
  async both<T>(client: (side: Side) => T | Promise<T>): Promise<Answers<T>> {
    const [debian, kinetd] = await Promise.all([client(this.debian), client(this.kinetd)]);
    return { debian, kinetd };
  }

  async end(): Promise<void> {
    await Promise.all([this.debian.end(), this.kinetd.end()]);
  }
}

/** Both daemons for one test. */
export async function compare<T>(options: PairOptions, client: (side: Side) => T | Promise<T>): Promise<Answers<T>> {
  const pair = await Pair.start(options);
  onTestFinished(() => pair.end());
  return pair.both(client);
}

/** Both daemons for all tests of a file, which each have services of their own in one configuration. */
export function sharedPair(needs: Needs, options: () => PairOptions): { readonly both: Pair['both'] } {
  let pair: Pair | undefined;
  beforeAll(async () => {
    if (obstacle(needs) === undefined) pair = await Pair.start(options());
  });
  afterAll(() => pair?.end());
  return {
    both: (client) => {
      if (pair === undefined) throw new Error('the daemons have not been started');
      return pair.both(client);
    },
  };
}

type Body = () => Promise<void>;

/** A test that both daemons do alike. */
export function same(needs: Needs, title: string, body: Body): void {
  test(title, (context) => unlessImpossible(needs, context, body));
}

/** A test that shows in what kinetd differs from Debian's program: a line of docs/compatibility.md names the title. */
export function difference(needs: Needs, title: string, body: Body): void {
  test(`difference: ${title}`, (context) => unlessImpossible(needs, context, body));
}

async function unlessImpossible(needs: Needs, context: TestContext, body: Body): Promise<void> {
  const reason = obstacle(needs);
  if (reason !== undefined) context.skip(reason);
  await body();
}
