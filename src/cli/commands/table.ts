/** The commands of `kinetd`, in the order in which its help shows them. Completion is made from the same. */
import type { AddCommands } from './command.ts';
import { addCompletion } from './completion.ts';
import { addConfigurationCommands } from './configuration.ts';
import { addControlCommands } from './control.ts';
import { addConvert } from './convert.ts';
import { addServe } from './serve.ts';

export const commands: readonly AddCommands[] = [
  addConfigurationCommands,
  addConvert,
  addServe,
  addControlCommands,
  addCompletion,
];
