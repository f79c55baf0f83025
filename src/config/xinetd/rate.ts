/**
 * A rate: `N/PERIOD`, and words with their numbers behind it: `20/m burst 40 prefix 24 64`. A period is a unit with a
 * number before it if liked: `s`, `10s`, `m`, `h`, `d`.
 */
import type { NetworkRate, Rate } from '../../model/mod.ts';
import { quote } from '../diagnostic/mod.ts';
import type { Report } from './attribute.ts';
import type { Word } from './tree.ts';
import { wholeNumber } from './values.ts';

export type RateOption = 'burst' | 'prefix';

export interface ReadRate {
  readonly rate: Rate;
  /** undefined: nothing is said about them. */
  readonly prefixes: NetworkRate['prefixes'] | undefined;
}

const secondsOf: ReadonlyMap<string, number> = new Map([
  ['s', 1],
  ['m', 60],
  ['h', 3600],
  ['d', 86_400],
]);
/** Of connections in a period, and of a burst. */
const most = 1_000_000;
const longestPeriod = 30 * 86_400;

/** @returns undefined when something is wrong, which has been reported */
export function parseRate(
  words: readonly Word[],
  report: Report,
  options: ReadonlySet<RateOption>,
): ReadRate | 'UNLIMITED' | undefined {
  const [first, ...rest] = words;
  if (first === undefined) return undefined;
  if (first.text.toUpperCase() === 'UNLIMITED' && rest.length === 0) return 'UNLIMITED';
  const pace = parsePace(first, report);
  const found = readOptions(rest, report, options);
  if (pace === undefined || found === undefined) return undefined;
  return { rate: { ...pace, burst: found.burst ?? pace.count }, prefixes: found.prefixes };
}

function parsePace(word: Word, report: Report): Omit<Rate, 'burst'> | undefined {
  const [, digits, multiple = '', unit = ''] = /^(\d+)\/(\d*)([smhd])$/i.exec(word.text) ?? [];
  const count = Number(digits ?? Number.NaN);
  const periodSeconds = Number(multiple === '' ? 1 : multiple) * (secondsOf.get(unit.toLowerCase()) ?? Number.NaN);
  if (count >= 1 && count <= most && periodSeconds >= 1 && periodSeconds <= longestPeriod) {
    return { count, periodSeconds };
  }
  const help =
    digits === undefined
      ? 'a rate is a number of connections, a slash and a period, such as 50/s, 5/10s, 600/m or 100/h'
      : `a rate has 1 to ${most} connections in a period of one second to 30 days`;
  report('bad-number', word, `${quote(word.text)} is ${digits === undefined ? 'not a rate' : 'out of range'}`, help);
  return undefined;
}

interface Options {
  burst?: number;
  prefixes?: NetworkRate['prefixes'];
}

function readOptions(words: readonly Word[], report: Report, options: ReadonlySet<RateOption>): Options | undefined {
  const found: Options = {};
  let at = 0;
  while (at < words.length) {
    const [word, first, second] = words.slice(at, at + 3);
    if (word === undefined) return found;
    const name = word.text.toLowerCase();
    if (name === 'burst' && options.has('burst') && found.burst === undefined && first !== undefined) {
      const burst = wholeNumber(first, report, { low: 1, high: most, what: 'a burst' });
      if (burst === undefined) return undefined;
      found.burst = burst;
      at += 2;
    } else if (name === 'prefix' && options.has('prefix') && found.prefixes === undefined && second !== undefined) {
      const prefixes = readPrefixes(first ?? second, second, report);
      if (prefixes === undefined) return undefined;
      found.prefixes = prefixes;
      at += 3;
    } else {
      const forms = { burst: 'burst NUMBER', prefix: 'prefix IPV4 IPV6' };
      const known = [...options].map((option) => `'${forms[option]}'`).join(' and ');
      report('bad-word', word, `${quote(word.text)} says nothing here`, `after the rate can stand ${known}, once each`);
      return undefined;
    }
  }
  return found;
}

function readPrefixes(first: Word, second: Word, report: Report): NetworkRate['prefixes'] | undefined {
  const inet = wholeNumber(first, report, { low: 1, high: 32, what: 'the length of an IPv4 prefix' });
  const inet6 = wholeNumber(second, report, { low: 1, high: 128, what: 'the length of an IPv6 prefix' });
  return inet === undefined || inet6 === undefined ? undefined : { inet, inet6 };
}
