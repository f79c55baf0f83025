/**
 * The wait field and the limits behind it.
 *
 * Where the inetds guess, this refuses: openbsd-inetd reads `waitfoo`, `Wait` and `nowait.x` as `nowait` with 256
 * starts a minute (seen with -d), FreeBSD's takes whatever begins with `wait` or `nowait`, so a slip of the pen would
 * run a server a connection instead of one. `nowait:20` is 256 starts on Debian; here it is 20, as on NetBSD.
 */
import type { Bound } from '../definition.ts';
import { bad, type Field, good } from './fields.ts';
import type { Rules } from './rules.ts';

export interface WaitField {
  readonly wait: boolean;
  /** 0: no bound. */
  readonly startsPerMinute: number | undefined;
  /** FreeBSD's three numbers; UNLIMITED where 0 says so, undefined where the command line decides. */
  readonly instances: Bound | undefined;
  readonly startsPerMinutePerSource: Bound | undefined;
  readonly perSource: Bound | undefined;
}

/** FreeBSD's bound for the number of servers; the other two are ints. */
const mostInstances = 32767;

/** `wait` or `nowait`, with `.max` or `:max` starts a minute, or with FreeBSD's numbers after slashes. */
export function waitField(text: string, rules: Pick<Rules, 'wait' | 'zeroIsUnlimited'>): Field<WaitField> {
  return rules.wait === 'slashes' ? slashes(text) : rate(text, rules.zeroIsUnlimited);
}

const unbounded = {
  startsPerMinute: undefined,
  instances: undefined,
  startsPerMinutePerSource: undefined,
  perSource: undefined,
} as const;

function rate(text: string, zeroIsUnlimited: boolean): Field<WaitField> {
  const [, word, digits] = /^(wait|nowait)(?:[.:](\d{1,9}))?$/.exec(text) ?? [];
  if (word === undefined || (digits !== undefined && Number(digits) < 1 && !zeroIsUnlimited)) {
    return bad(
      'bad-word',
      `'${text}' is neither wait nor nowait`,
      'write wait, nowait, or nowait.N for at most N starts a minute',
    );
  }
  const startsPerMinute = digits === undefined ? undefined : Number(digits);
  return good({ ...unbounded, wait: word === 'wait', startsPerMinute });
}

function slashes(text: string): Field<WaitField> {
  const [, word, ...numbers] = /^(wait|nowait)(?:\/(\d{1,9})(?:\/(\d{1,9})(?:\/(\d{1,9}))?)?)?$/.exec(text) ?? [];
  if (word === undefined) {
    return bad(
      'bad-word',
      `'${text}' is neither wait nor nowait`,
      'write wait, nowait, or nowait/servers/starts-a-minute-for-an-address/servers-for-an-address',
    );
  }
  const [instances, startsPerMinutePerSource, perSource] = numbers.map(boundOf);
  if (typeof instances === 'number' && instances > mostInstances) {
    return bad(
      'bad-number',
      `${instances} servers are more than FreeBSD's inetd takes`,
      `write at most ${mostInstances}`,
    );
  }
  // A server that waits is alone, and who its clients are is its own affair.
  if (word === 'wait') return good({ ...unbounded, wait: true });
  return good({ wait: false, startsPerMinute: undefined, instances, startsPerMinutePerSource, perSource });
}

function boundOf(digits: string | undefined): Bound | undefined {
  return digits === undefined ? undefined : Number(digits) || 'UNLIMITED';
}
