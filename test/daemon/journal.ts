/**
 * systemd's journal for one test: its daemon, unpacked by test/oracle/fetch.sh, with a /run of the test's own. A daemon
 * under test that has the same /run finds it there. Needs root and the right to mount.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';

import { oracles } from '../oracle/programs.ts';
import { canMount, inOwnMounts } from './mounts.ts';
import { until } from './until.ts';

const journald = join(oracles, 'systemd/lib/systemd/systemd-journald');
const journalctl = join(oracles, 'systemd/bin/journalctl');
const shared = join(oracles, 'libsystemd-shared/usr/lib');
const libraries = existsSync(shared) ? readdirSync(shared).map((triplet) => join(shared, triplet, 'systemd')) : [];
const environment = { ...process.env, LD_LIBRARY_PATH: libraries.join(':') };

/** Whether this process may start one. */
export const canJournal: boolean = canMount && spawnSync(journalctl, ['--version'], { env: environment }).status === 0;

/** An entry's fields by name. */
export type JournalEntry = Readonly<Record<string, string>>;

export class Journal {
  readonly #folder: string;
  #stop: (() => Promise<void>) | undefined;

  /** @param folder its /run will be a folder in this one */
  constructor(folder: string) {
    this.#folder = join(folder, 'run');
    mkdirSync(this.#folder);
  }

  /** Words in front of a daemon that is to find it. */
  get wrapper(): readonly string[] {
    return inOwnMounts(`mount --bind ${this.#folder} /run`);
  }

  /** Resolves when it listens. */
  async start(): Promise<void> {
    const socket = join(this.#folder, 'systemd/journal/socket');
    // One that a killed journal has left behind is no sign of life.
    rmSync(socket, { force: true });
    const [program = '', ...words] = this.wrapper;
    const child = spawn(program, [...words, journald], { stdio: 'ignore', env: environment });
    this.#stop = async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'close');
    };
    onTestFinished(() => this.stop());
    await until(() => existsSync(socket) || undefined);
  }

  async stop(): Promise<void> {
    await this.#stop?.();
  }

  /** Entries that match, such as `KINETD_SERVICE=echo`, once there are so many. */
  entries(match: string, count: number): Promise<readonly JournalEntry[]> {
    return until(() => {
      const words = ['-D', join(this.#folder, 'log/journal'), '-o', 'json', '--no-pager', '-q', match];
      const { stdout } = spawnSync(journalctl, words, { env: environment, encoding: 'utf8' });
      const entries = stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line): JournalEntry => JSON.parse(line));
      return entries.length >= count ? entries : undefined;
    });
  }
}
