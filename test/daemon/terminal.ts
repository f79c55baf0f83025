/** A real terminal (tmux) for programs that draw on one: keys go in, and the screen is what a person would see. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';

import { root, testFolder } from './kinetd.ts';
import { until } from './until.ts';

/** Whether there is one. */
export const hasTmux: boolean = ((): boolean => {
  try {
    execFileSync('tmux', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

export class Terminal {
  readonly #socket: string;

  /** A shell in a terminal of this size, without colours in its prompt; ended with the test. */
  constructor(columns: number, rows: number) {
    this.#socket = join(testFolder(), 'tmux');
    this.#tmux('-f', '/dev/null', 'new-session', '-d', '-x', String(columns), '-y', String(rows), 'PS1=ready: sh');
    onTestFinished(() => void this.#tmux('kill-server'));
  }

  /** Types `kinetd` with these words. */
  kinetd(...words: readonly string[]): void {
    this.type(`${process.execPath} ${join(root, 'bin/kinetd')} ${words.join(' ')}`);
    this.keys('Enter');
  }

  type(text: string): void {
    this.#tmux('send-keys', '-l', text);
  }

  /** Names of tmux: `Enter`, `C-c`. */
  keys(...names: readonly string[]): void {
    this.#tmux('send-keys', ...names);
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', String(columns), '-y', String(rows));
  }

  /** What stands on it. `attributes`: with the sequences for colours and bold. */
  screen(attributes = false): string {
    return this.#tmux('capture-pane', '-p', ...(attributes ? ['-e'] : []));
  }

  /** Whether programs get keys as they are pressed, or the alternate screen is shown: a program has it. */
  get alternate(): boolean {
    return this.#tmux('display-message', '-p', '#{alternate_on}').trim() === '1';
  }

  /** Resolves when the screen has matched. */
  shows(pattern: RegExp): Promise<RegExpMatchArray> {
    return until(() => this.screen().match(pattern) ?? undefined);
  }

  #tmux(...words: readonly string[]): string {
    return execFileSync('tmux', ['-S', this.#socket, ...words], {
      encoding: 'utf8',
      // tmux runs what it is told through the user's own shell, which may be one that lets nobody in.
      env: { ...process.env, LC_ALL: 'C.UTF-8', SHELL: '/bin/sh' },
    });
  }
}
