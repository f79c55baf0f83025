/** The command `kinetd serve`: its words and options, and what they come to. */
import { Command, type ParseOptionsResult } from 'commander';

import { attributeOptions, GivenAttributes } from '../serve/options.ts';
import type { Typed } from '../serve/words.ts';
import type { Finish } from './command.ts';
import { graceOption } from './grace.ts';

interface ServeFlags {
  readonly shell?: string;
  readonly print?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly control?: string;
  readonly grace: number;
}

/** A command that knows what stands behind `--`; commander itself puts it together with what stands before. */
class ServeWords extends Command {
  program: readonly string[] = [];

  override parseOptions(words: string[]): ParseOptionsResult {
    const end = words.indexOf('--');
    if (end === -1) return super.parseOptions(words);
    this.program = words.slice(end + 1);
    return super.parseOptions(words.slice(0, end));
  }
}

export function addServe(program: Command, finish: Finish): void {
  const given = new GivenAttributes();
  const command = new ServeWords('serve').copyInheritedSettings(program);
  command
    .description('serve one program, said here and in no file; Ctrl-C stops')
    .usage('[options] <address...> -- <program> [argument...]')
    .argument('<address...>', 'where it listens: PORT, tcp:[HOST:]PORT, udp:[HOST:]PORT or unix:PATH')
    .option('--shell <line>', 'a line for /bin/sh in the place of the program')
    .option('--print', 'print the same as an entry of a configuration file, and serve nothing')
    .option('--quiet', 'say only what goes wrong')
    .option('--verbose', 'show notes and debug messages too')
    .option('--control <path>', 'a control socket there, for kinetd status and its like (default: none)')
    .addOption(graceOption())
    .configureHelp({
      optionDescription: ({ description, defaultValue }) =>
        defaultValue === undefined ? description : `${description} (default: ${defaultValue})`,
    })
    .addHelpText('after', help)
    .action(async (addresses: readonly string[], flags: ServeFlags) => {
      const typed = programOf(command, flags);
      if (flags.quiet === true && flags.verbose === true)
        command.error("error: '--quiet' and '--verbose' do not go together");
      const { serveCommand } = await import('../serve/serve.ts');
      finish(
        await serveCommand({
          addresses,
          attributes: given,
          program: typed,
          print: flags.print ?? false,
          voice: flags.quiet === true ? 'quiet' : flags.verbose === true ? 'verbose' : 'usual',
          graceSeconds: flags.grace,
          control: flags.control,
        }),
      );
    });
  for (const option of attributeOptions(given)) command.addOption(option);
  program.addCommand(command);
}

function programOf(command: ServeWords, { shell }: ServeFlags): Typed['program'] {
  const [first, ...args] = command.program;
  if (shell !== undefined && first === undefined) return { shell };
  if (shell === undefined && first !== undefined) return { words: [first, ...args] };
  return command.error(
    shell === undefined
      ? "error: the program is missing; write it behind two dashes, as in 'kinetd serve tcp:8080 -- cat', or a line with --shell"
      : "error: there are two programs: a line for the shell, and one behind '--'",
  );
}

const help = `
The attributes of kinetd.conf(5) are options with the same names and values. The program has the client as its
standard input and output. What it writes to its standard error goes to this terminal, as STDERR lines.

Exit status: 0 after Ctrl-C; 1 when it cannot be served here; 2 when the command line is wrong.

Examples:
  kinetd serve tcp:127.0.0.1:7000 -- tr a-z A-Z
  kinetd serve 8080 --from 10.0.0.0/8 --instances 20 --timeout 30 -- ./program argument
  kinetd serve unix:/tmp/date.sock tcp:[::1]:0 -- date
  kinetd serve 8080 --launch forkserver -- ./answer.py
  kinetd serve 7000 --shell 'grep -v "^#" | sort -u'
  kinetd serve tcp:79 --user nobody --print -- /usr/sbin/in.fingerd > finger
`;
