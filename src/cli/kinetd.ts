/**
 * The command line of kinetd itself.
 */
import { Command } from 'commander';

import { groupsFor } from './commands/table.ts';
import { version } from './version.ts';

/**
 * @returns the exit status: 0 success, 1 something is wrong with the configuration or the system, 2 wrong usage, 3 there
 *   is no daemon to ask
 */
export async function kinetd(words: readonly string[]): Promise<number> {
  let status = 0;
  const program = kinetdProgram(words[0], (ended) => {
    status = ended;
  });
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (!isUsageError(error)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
  return status;
}

/** The commands that the first word needs (making them all takes longer than doing what some of them do). */
function kinetdProgram(word: string | undefined, finish: (status: number) => void): Command {
  const program = new Command('kinetd')
    .description('Internet super-server: runs the right program for each connection or datagram')
    .version(version())
    .exitOverride((error) => {
      throw error;
    })
    // Words of a command are its own: it can tell what stands behind a `--`.
    .enablePositionalOptions()
    .showHelpAfterError('(kinetd --help shows what there is)')
    .addHelpText(
      'after',
      '\nExamples:\n  kinetd check -f /etc/xinetd.conf  what is wrong, before anything runs\n  kinetd run -f /etc/xinetd.conf    serve it\n  kinetd serve 7000 -- tr a-z A-Z   serve one program, without a file\n  kinetd status                     look at the daemon that runs\n\nExit status: 0 done, 1 something is wrong with the configuration or the system, 2 wrong usage, 3 no daemon answers.\n',
    );
  for (const { add } of groupsFor(word)) add(program, finish);
  return program;
}

/** commander has printed the message or the help by then. */
function isUsageError(error: unknown): error is { readonly exitCode: number } {
  return error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number';
}
