/** The commands of `kinetd`, in the order in which its help shows them. Completion is made from the same. */
import type { CommandGroup } from './command.ts';
import { addCompletion } from './completion.ts';
import { addConfigurationCommands } from './configuration.ts';
import { addControlCommands } from './control.ts';
import { addConvert } from './convert.ts';
import { addServe } from './serve.ts';

const groups: readonly CommandGroup[] = [
  { names: ['run', 'check', 'explain', 'examples'], add: addConfigurationCommands },
  { names: ['convert'], add: addConvert },
  { names: ['serve'], add: addServe },
  {
    names: ['status', 'ps', 'reload', 'stop', 'kill', 'pause', 'resume', 'ban', 'unban', 'bans', 'tail', 'loglevel'],
    add: addControlCommands,
  },
  { names: ['completion'], add: addCompletion },
];

/** Those that a command line with this first word may need: one group, or all for help and for what is misspelt. */
export function groupsFor(word: string | undefined): readonly CommandGroup[] {
  const group = groups.find(({ names }) => names.some((name) => name === word));
  // Completion is made of them all.
  return group === undefined || word === 'completion' ? groups : [group];
}
