/** Which commands are made for a command line. */
import { Command } from 'commander';
import { expect, test } from 'vitest';

import { groupsFor } from '../../../src/cli/commands/table.ts';

function namesMade(word: string | undefined): string[] {
  const program = new Command('kinetd');
  for (const { add } of groupsFor(word)) add(program, () => {});
  return program.commands.map((command) => command.name());
}

test('a group makes the commands that it is found by, in that order', () => {
  for (const { names } of groupsFor(undefined)) {
    for (const name of names.filter((word) => word !== 'completion')) expect(namesMade(name)).toEqual(names);
  }
});

test('help, a word that is misspelt and completion get them all', () => {
  const all = groupsFor(undefined).flatMap(({ names }) => names);
  for (const word of [undefined, '--help', 'help', 'statsu', 'completion']) expect(namesMade(word)).toEqual(all);
});
