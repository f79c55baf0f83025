/** `kinetd explain`: its words. */
import type { Command } from 'commander';

import type { ExplainFlags } from '../explain.ts';
import { dialectOption, fileOption } from '../file-options.ts';
import type { Finish } from './command.ts';

export function addExplain(program: Command, finish: Finish): void {
  program
    .command('explain <service>')
    .description('say what a service is and where each value comes from, and what would happen to a client')
    .addOption(fileOption())
    .addOption(dialectOption())
    .option('--from <address>', 'what would happen to a client with this address')
    .option('--at <time>', 'when it comes, as 23:30 or 2026-01-31T23:30 (default: now)')
    .option('--control <path>', 'control socket of the daemon that is asked about bans, pauses and servers, or none')
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      '\nExit status: 0, with --from when the client would be served; 1 when it would be refused, or on an error;\n3 when its name in the DNS decides, which is not looked up, or no daemon answers at --control.\n\nExamples:\n  kinetd explain ftp\n  kinetd explain ftp --from 192.0.2.7 --at 23:30\n',
    )
    .action(async (id: string, flags: ExplainFlags) => {
      const { explain } = await import('../explain.ts');
      finish(await explain(id, flags));
    });
}
