/** A group of commands of `kinetd`, each of which adds itself to the program and tells its exit status when it ends. */
import type { Command } from 'commander';

export type Finish = (status: number) => void;
export interface CommandGroup {
  readonly names: readonly string[];
  readonly add: (program: Command, finish: Finish) => void;
}
