/**
 * `kinetd completion bash|zsh|fish`: a completion script, made from the commands themselves, so that it knows what this
 * kinetd knows.
 */
import { Argument, type Command } from 'commander';

import { type Completable, completionScript, shells } from '../completion.ts';
import type { Finish } from './command.ts';

export function addCompletion(program: Command, finish: Finish): void {
  program
    .command('completion')
    .description('print a completion script for a shell')
    .addArgument(new Argument('<shell>', 'whose').choices(shells))
    .addHelpText(
      'after',
      '\nExit status: 0 done; 2 when the command line is wrong.\n\nExamples:\n  source <(kinetd completion bash)\n  kinetd completion zsh > /usr/local/share/zsh/site-functions/_kinetd\n  kinetd completion fish > ~/.config/fish/completions/kinetd.fish\n',
    )
    .action((shell: (typeof shells)[number]) => {
      process.stdout.write(completionScript(shell, program.commands.map(completable)));
      finish(0);
    });
}

function completable(command: Command): Completable {
  return {
    name: command.name(),
    about: command.description(),
    words: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
    runsProgram: command.usage().includes(' -- '),
    options: command.options.map(({ long, short, description, argChoices, required }) => ({
      names: [long, short].filter((name) => name !== undefined && name !== null),
      about: description,
      takesValue: required,
      values: argChoices ?? [],
    })),
  };
}
