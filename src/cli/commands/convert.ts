/** `kinetd convert`: its words. */
import { type Command, Option } from 'commander';

import type { InetdDialect } from '../../config/mod.ts';
import { dialectOption, fileOption } from '../file-options.ts';
import type { Finish } from './command.ts';

interface ConvertFlags {
  readonly file: readonly string[];
  readonly dialect?: InetdDialect;
  readonly to: 'systemd';
  readonly output?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function addConvert(program: Command, finish: Finish): void {
  program
    .command('convert')
    .description('write the configuration in the words of another supervisor, and say what these cannot express')
    .addOption(fileOption())
    .addOption(dialectOption())
    .addOption(
      new Option('--to <target>', 'systemd: a .socket and a .service for each service')
        .choices(['systemd'])
        .makeOptionMandatory(),
    )
    .option('-o, --output <folder>', 'write files there; without it they are printed, one behind the other')
    .option('--force', 'write over files that are there')
    .option('--json', 'print files and losses as JSON')
    .addHelpText(
      'after',
      '\nWhat the target cannot express stands as comments in the files, and on standard error at the end.\nExit status: 0 when all is expressed; 3 when something is not; 1 when services are refused, or files cannot be written.\n\nExamples:\n  kinetd convert --to systemd -f /etc/xinetd.conf\n  kinetd convert --to systemd -f /etc/inetd.conf -o units\n',
    )
    .action(async (flags: ConvertFlags) => {
      const { convert } = await import('../convert.ts');
      finish(
        await convert({
          paths: flags.file,
          inetd: flags.dialect === undefined ? {} : { dialect: flags.dialect },
          output: flags.output,
          force: flags.force ?? false,
          json: flags.json ?? false,
        }),
      );
    });
}
