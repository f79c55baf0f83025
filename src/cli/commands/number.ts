/** Values of options that are whole numbers. */
import { InvalidArgumentError } from 'commander';

import { wholeNumber } from '../options.ts';

/** commander tells what it throws, and of which option. */
export function numberOf(least: number, most: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = wholeNumber(text, least);
    if (value === undefined) throw new InvalidArgumentError(`a whole number of at least ${least} is needed`);
    if (value > most) throw new InvalidArgumentError(`a whole number of at most ${most} is needed`);
    return value;
  };
}
