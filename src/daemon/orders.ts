/**
 * What the daemon is told to do, by signals and over the control socket alike, as a queue: any number of reloads asked for
 * while one is under way make one more, and so with dumps and checks; ends come first.
 */
import type { ServiceTable } from '../config/mod.ts';
import type { Outcome } from './transition.ts';

/** What has become of a reload; `outcome` is undefined when the table was of no use and nothing has changed. */
export interface Reloaded {
  readonly table: ServiceTable;
  readonly outcome: Outcome | undefined;
}

type Order = 'reload' | 'stop' | 'abandon' | 'dump' | 'check';

export class Orders {
  /** Resolves when the daemon is told to end: it does not wait for a name server to answer about its configuration. */
  readonly ended: Promise<'ended'>;
  #tellEnded: () => void = () => {};
  readonly #wanted = new Set<'dump' | 'check' | 'reload'>();
  #end: 'stop' | 'abandon' | undefined;
  #wake: (() => void) | undefined;
  #hurry: (() => void) | undefined;
  /** Who waits for the reload that comes next, and who for the one under way. */
  #askers: ((reloaded: Reloaded | undefined) => void)[] = [];
  #answered: ((reloaded: Reloaded | undefined) => void)[] = [];

  /** @param hangup what SIGHUP means */
  constructor(hangup: 'reload' | 'stop') {
    this.ended = new Promise((resolve) => {
      this.#tellEnded = () => resolve('ended');
    });
    const orders = {
      SIGHUP: hangup,
      SIGUSR2: 'reload',
      SIGUSR1: 'dump',
      SIGABRT: 'check',
      SIGTERM: 'stop',
      SIGINT: 'stop',
    } as const;
    for (const [signal, order] of Object.entries(orders)) {
      process.on(signal, () => {
        if (order === 'stop') return this.#finish('stop');
        this.#wanted.add(order);
        this.#wake?.();
      });
    }
    process.on('SIGQUIT', () => this.#finish('abandon'));
  }

  async next(): Promise<Order> {
    while (this.#end === undefined && this.#wanted.size === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#end !== undefined) return this.#end;
    const [first = 'reload'] = this.#wanted;
    this.#wanted.delete(first);
    if (first === 'reload') this.#answered = this.#askers.splice(0);
    return first;
  }

  /** What to do when the daemon is told to stop while it is stopping. */
  whenHurried(hurry: () => void): void {
    this.#hurry = hurry;
  }

  /** @returns what has become of a reload that began after this; undefined when the daemon ends before */
  reload(): Promise<Reloaded | undefined> {
    return new Promise((resolve) => {
      void this.ended.then(() => resolve(undefined));
      this.#askers.push(resolve);
      this.#wanted.add('reload');
      this.#wake?.();
    });
  }

  stop(): void {
    this.#finish('stop');
  }

  /** The reload that {@link next} has asked for has come to its end. */
  reloaded(reloaded: Reloaded | undefined): void {
    for (const answer of this.#answered.splice(0)) answer(reloaded);
  }

  #finish(end: 'stop' | 'abandon'): void {
    // Whoever wants the servers left alone does not want them killed.
    if (this.#end !== undefined && end === 'stop') this.#hurry?.();
    this.#end = end;
    this.#tellEnded();
    this.#wake?.();
  }
}
