/** How much of a service there may be, and how much a program may take. */
import type { Bound } from '../../definition.ts';
import { quote } from '../../diagnostic/mod.ts';
import type { Attribute, AttributeTable } from '../attribute.ts';
import { one, some, two } from '../attribute.ts';
import { bound, largestInt, sizeBound, wholeNumber } from '../values.ts';

/** Longer times do not fit a timer; they are 24 days. */
const longestPause = 2_147_483;

const defaultGrace = 5;

/** Of a queue; each is a descriptor. */
const mostPlaces = 100_000;

function resourceLimit(what: string, example: string, unset: string = "the daemon's own limit"): Attribute<Bound> {
  return one({
    places: 'service',
    syntax: 'SIZE | UNLIMITED',
    default: unset,
    documentation: [
      `${what}, as soft and as hard limit; a value above the daemon's own hard limit is brought down to that. A size may end in \`K\`, \`M\` or \`G\` for 1024, 1024² and 1024³ (xinetd knows no \`G\`); 0 is as if nothing were written. See setrlimit(2).`,
    ],
    example,
    parse: sizeBound,
  });
}

export const limits: Pick<
  AttributeTable,
  | 'instances'
  | 'per_source'
  | 'cps'
  | 'starts_per_minute'
  | 'queue'
  | 'timeout'
  | 'max_load'
  | 'rlimit_as'
  | 'rlimit_cpu'
  | 'rlimit_data'
  | 'rlimit_files'
  | 'rlimit_rss'
  | 'rlimit_stack'
> = {
  instances: one({
    places: 'both',
    syntax: 'NUMBER | UNLIMITED',
    default: 'UNLIMITED; 100 for datagrams with `wait = no`',
    documentation: ['How many servers of the service may run at once. 0 refuses everyone.'],
    example: 'instances = 60',
    parse: (word, report) => bound(word, report, 'a number of servers'),
  }),

  per_source: one({
    places: 'both',
    syntax: 'NUMBER | UNLIMITED',
    default: 'UNLIMITED',
    documentation: ['How many servers of the service may run at once for one client address.'],
    example: 'per_source = 10',
    parse: (word, report) => bound(word, report, 'a number of servers'),
  }),

  cps: two({
    places: 'both',
    syntax: 'CONNECTIONS SECONDS',
    default: '50 10',
    documentation: [
      'When more connections than this come in a second, the port is closed for so many seconds. Servers that run already go on. 0 connections switches the check off.',
    ],
    example: 'cps = 25 30',
    parse: (first, second, report) => {
      const connections = wholeNumber(first, report, { low: 0, high: largestInt, what: 'a number of connections' });
      const pauseSeconds = wholeNumber(second, report, { low: 0, high: longestPause, what: 'a number of seconds' });
      return connections === undefined || pauseSeconds === undefined ? undefined : { connections, pauseSeconds };
    },
  }),

  starts_per_minute: one({
    places: 'both',
    syntax: 'NUMBER | UNLIMITED',
    default: 'UNLIMITED; of an inetd.conf what its inetd has',
    documentation: [
      'How many servers of the service may be started in a minute, as `.max` in an inetd.conf. The connection that comes over it is closed; then the port rests until the minute has room, and who comes meanwhile waits in the queue of the kernel, where datagrams wait from the beginning. To refuse clients one by one, use `rate_limit`. Unknown to xinetd.',
    ],
    example: 'starts_per_minute = 256',
    parse: (word, report) => {
      if (word.text.toUpperCase() === 'UNLIMITED') return 'UNLIMITED';
      return wholeNumber(word, report, { low: 1, high: largestInt, what: 'a number of starts' });
    },
  }),

  queue: two({
    places: 'both',
    syntax: 'PLACES SECONDS',
    default: '0 0',
    documentation: [
      'How many connections over `instances` wait for their turn, in the order of coming, and for how many seconds at most. Who has waited in vain is closed, and logged as `FAIL: ID queue`; who finds no place is refused as without a queue. 0 places switch the queue off.',
      'Who waits counts for `per_source`. Access and rates have been looked at before; a client that has hung up meanwhile gets no server. Each place that is taken costs the daemon a descriptor. A service that waits needs no queue: the kernel has one.',
    ],
    example: 'queue = 100 30',
    parse: (first, second, report) => {
      const places = wholeNumber(first, report, { low: 0, high: mostPlaces, what: 'a number of places' });
      const seconds = wholeNumber(second, report, { low: 0, high: longestPause, what: 'a number of seconds' });
      if (places === undefined || seconds === undefined) return undefined;
      if (places === 0 || seconds > 0) return { places, seconds };
      report(
        'bad-number',
        second,
        "'0' is out of range",
        'who waits needs at least a second; 0 0 switches the queue off',
      );
      return undefined;
    },
  }),

  timeout: some({
    places: 'both',
    syntax: 'SECONDS [GRACE] | UNLIMITED',
    default: 'UNLIMITED',
    documentation: [
      'How long a server may run, by the wall clock. Then its whole process group gets SIGTERM and, after GRACE seconds (5 where nothing is said), SIGKILL. Its EXIT line ends in the word ` timeout`. In a service that waits, it is the server that has this time, and not each of its clients.',
    ],
    example: 'timeout = 3600 10',
    parse: ([first, second, third], report) => {
      if (first === undefined) return undefined;
      if (first.text.toUpperCase() === 'UNLIMITED' && second === undefined) return 'UNLIMITED';
      if (third !== undefined) {
        report('wrong-value-count', third, `${quote(third.text)} is too much`, 'write: timeout = SECONDS GRACE');
        return undefined;
      }
      const range = { high: longestPause, what: 'a number of seconds' };
      const seconds = wholeNumber(first, report, { ...range, low: 1 });
      const graceSeconds = second === undefined ? defaultGrace : wholeNumber(second, report, { ...range, low: 0 });
      return seconds === undefined || graceSeconds === undefined ? undefined : { seconds, graceSeconds };
    },
  }),

  max_load: one({
    places: 'both',
    syntax: 'NUMBER',
    default: 'no limit',
    documentation: [
      'Clients are refused while the load average of the last minute is as high as this or higher. The number may have a fraction; 0 is not allowed, and below 0 everyone is refused.',
    ],
    example: 'max_load = 2.5',
    parse: (word, report) => {
      const value = /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(word.text) ? Number(word.text) : 0;
      if (Number.isFinite(value) && value !== 0) return value;
      report('bad-number', word, `${quote(word.text)} is not a load`, 'a load is a number such as 2.5, and not 0');
      return undefined;
    },
  }),

  rlimit_as: resourceLimit('The address space of the program in bytes', 'rlimit_as = 64M'),

  rlimit_cpu: one({
    places: 'service',
    syntax: 'SECONDS | UNLIMITED',
    default: "the daemon's own limit",
    documentation: [
      'The processor time of the program in seconds, as soft and as hard limit; 0 is as if nothing were written.',
    ],
    example: 'rlimit_cpu = 20',
    parse: (word, report) => bound(word, report, 'a number of seconds'),
  }),

  rlimit_data: resourceLimit('The data segment of the program in bytes', 'rlimit_data = 32M'),

  rlimit_files: resourceLimit(
    'The number of descriptors that the program may have open',
    'rlimit_files = 256',
    'the hard limit that the daemon was started with',
  ),

  rlimit_rss: resourceLimit('The resident memory of the program in bytes', 'rlimit_rss = 32M'),

  rlimit_stack: resourceLimit('The stack of the program in bytes', 'rlimit_stack = 8M'),
};
