/** `kinetd convert`: its words. */
import { type Command, Option } from 'commander';

import { type InetdDialect, inetdDialects } from '../../config/mod.ts';
import { type ConvertTarget, convertTargets } from '../convert-targets.ts';
import { colourOption, dialectOption, fileOption } from '../file-options.ts';
import type { ColourWish } from '../report.ts';
import type { Finish } from './command.ts';

interface ConvertFlags {
  readonly file: readonly string[];
  readonly dialect?: InetdDialect;
  readonly to: ConvertTarget;
  readonly inetd: InetdDialect;
  readonly output?: string;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly color: ColourWish;
}

export function addConvert(program: Command, finish: Finish): void {
  program
    .command('convert')
    .description('write the configuration in the words of another supervisor, and say what these cannot express')
    .addOption(fileOption())
    .addOption(dialectOption())
    .addOption(
      new Option(
        '--to <target>',
        "kinetd: kinetd's own form, one file; xinetd: an xinetd.conf; inetd: an inetd.conf; systemd: a .socket and a .service for each service",
      )
        .choices(convertTargets)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--inetd <name>', 'whose inetd an inetd.conf is written for').choices(inetdDialects).default('debian'),
    )
    .option('-o, --output <path>', 'write there: a file, or a folder for units; without it all is printed')
    .option('--force', 'write over files that are there')
    .option('--json', 'print files and losses as JSON')
    .addOption(colourOption())
    .addHelpText(
      'after',
      '\nComments are kept. What the target cannot express stands as comments in its place, and on standard error at the end.\nExit status: 0 when all is expressed; 3 when something is not; 1 when services are refused, or files cannot be written.\n\nExamples:\n  kinetd convert --to kinetd -f /etc/inetd.conf -o /etc/kinetd.conf\n  kinetd convert --to xinetd -f /etc/inetd.conf\n  kinetd convert --to systemd -f /etc/xinetd.conf -o units\n',
    )
    .action(async (flags: ConvertFlags) => {
      const { convert } = await import('../convert.ts');
      finish(
        await convert({
          paths: flags.file,
          inetd: flags.dialect === undefined ? {} : { dialect: flags.dialect },
          target: flags.to,
          inetdFor: flags.inetd,
          output: flags.output,
          force: flags.force ?? false,
          json: flags.json ?? false,
          color: flags.color,
        }),
      );
    });
}
