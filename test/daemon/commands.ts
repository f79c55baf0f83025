/** A daemon with a control socket, and the commands that ask it. */
import { join } from 'node:path';

import { Kinetd, type KinetdOptions, startKinetd } from './kinetd.ts';

export interface Said {
  readonly status: number | NodeJS.Signals;
  readonly output: string;
  readonly errors: string;
}

/** Runs `kinetd` with these words to its end. */
export async function command(...words: readonly string[]): Promise<Said> {
  const run = new Kinetd({ files: {}, command: ['kinetd', ...words] });
  const status = await run.ended();
  return { status, output: run.output, errors: run.errors };
}

export interface Controlled {
  readonly daemon: Kinetd;
  /** The control socket. */
  readonly control: string;
  /** Runs a command that asks this daemon. */
  readonly ask: (...words: readonly string[]) => Promise<Said>;
}

/** Starts a daemon with one configuration file, and with a control socket in its folder. */
export async function startControlled(text: string, more: Partial<KinetdOptions> = {}): Promise<Controlled> {
  const daemon = await startKinetd({
    files: { 'x.conf': text },
    command: ['kinetd', 'run', '-f', '@FOLDER@/x.conf', '--control', '@FOLDER@/control.sock'],
    ...more,
  });
  const control = join(daemon.folder, 'control.sock');
  return { daemon, control, ask: (...words) => command(...words, '--control', control) };
}
