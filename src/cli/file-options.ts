/** The options that every command has that reads a configuration. */
import { Option } from 'commander';

import { inetdDialects } from '../config/mod.ts';
import { colourWishes } from './report.ts';

export function fileOption(): Option {
  return new Option('-f, --file <path>', 'configuration file, or directory of files as for includedir; repeatable')
    .default([], 'the first default place that exists')
    .argParser((path: string, before: readonly string[]) => [...before, path]);
}

export function colourOption(): Option {
  return new Option('--color <when>', 'colours; auto: on a terminal, unless NO_COLOR is set')
    .choices(colourWishes)
    .default('auto');
}

export function dialectOption(): Option {
  return new Option(
    '--dialect <name>',
    'whose inetd an inetd.conf is written for that does not say so itself; without it the text decides',
  ).choices(inetdDialects);
}
