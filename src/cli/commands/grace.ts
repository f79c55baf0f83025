/** The option of every command that runs a daemon in the foreground: how long servers have to end. */
import { Option } from 'commander';

import { numberOf } from './number.ts';

const defaultSeconds = 5;
/** Some eleven days. Node's timers hold no more than 24, and end at once what is longer. */
const longestSeconds = 1_000_000;

export function graceOption(): Option {
  return new Option('--grace <seconds>', 'time between SIGTERM and SIGKILL for servers when it stops')
    .default(defaultSeconds)
    .argParser(numberOf(0, longestSeconds));
}
