/** What a service logs, and where. */
import {
  type AddressPrivacy,
  type FailureFlag,
  type LogFormat,
  type SuccessFlag,
  type SyslogFacility,
  type SyslogLevel,
  syslogFacilities,
} from '../../../model/mod.ts';
import { quote } from '../../diagnostic/mod.ts';
import type { AttributeTable, Description, ListAttribute, Report, Value, WordEntry } from '../attribute.ts';
import { list, one, some } from '../attribute.ts';
import type { Word } from '../tree.ts';
import { oneOf, size } from '../values.ts';

const successWords: readonly WordEntry<SuccessFlag>[] = [
  { word: 'HOST', documentation: 'the address of the client' },
  { word: 'DURATION', documentation: 'how long the server ran' },
  { word: 'EXIT', documentation: 'when and how the server ended' },
  { word: 'PID', documentation: 'the process id of the server' },
  {
    word: 'USERID',
    documentation:
      "what an ident server (RFC 1413) on the client's machine says about the user, as `USERID: id text`, before the server starts; it has 30 seconds for it, and the text proves nothing. For services of TCP that do not wait",
  },
  {
    word: 'TRAFFIC',
    documentation: 'how many bytes came from the client of a redirected service (`in`) and went to it (`out`)',
  },
  {
    word: 'USAGE',
    documentation:
      'processor time and peak memory of the server, as in `cpu=0.012(sec) memory=9216(kB)`; `memory<=` where the kernel counts what the server shared with the daemon at its start; unknown to xinetd',
  },
];

const failureWords: readonly WordEntry<FailureFlag>[] = [
  { word: 'HOST', documentation: 'the address of the client' },
  { word: 'ATTEMPT', documentation: 'the fact alone' },
  {
    word: 'USERID',
    documentation: 'the same for a client who is refused, as far as there are not more than 15 of these at a time',
  },
];

const formatWords: readonly WordEntry<LogFormat>[] = [
  { word: 'xinetd', documentation: "xinetd's lines" },
  { word: 'json', documentation: 'an object of JSON on each line, with keys that stay (docs/logging.md)' },
];

const privacyWords: readonly WordEntry<AddressPrivacy>[] = [
  { word: 'full', documentation: 'the address' },
  { word: 'network', documentation: 'the block that it is in, `192.0.2.0/24` or `2001:db8::/48`' },
  {
    word: 'hash',
    documentation:
      'a text such as `#mV9fQy2cK0aB` that is the same for an address as long as the daemon runs, made with a key that is kept nowhere',
  },
];

const removedWords = { RECORD: 'xinetd dropped it long ago; leave it out' };

const facilityWords: readonly WordEntry<SyslogFacility>[] = syslogFacilities.map(plainWord);

const levelWords: readonly WordEntry<SyslogLevel>[] = (
  ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'] as const
).map(plainWord);

function plainWord<W extends string>(word: W): WordEntry<W> {
  return { word, documentation: '' };
}

const facility = oneOf(facilityWords);
const level = oneOf(levelWords);

type LogType = Value<'log_type'>;

function parseLogType([kind, ...rest]: readonly Word[], report: Report): LogType | undefined {
  switch (kind?.text.toUpperCase()) {
    case 'SYSLOG':
      return parseSyslog(rest, report);
    case 'FILE':
      return parseFile(rest, report);
    default:
      report(
        'bad-log-type',
        kind,
        `${quote(kind?.text ?? '')} is not a kind of log`,
        'write SYSLOG FACILITY [LEVEL] or FILE PATH [SOFT [HARD]]',
      );
      return undefined;
  }
}

function parseSyslog([first, second, third]: readonly Word[], report: Report): LogType | undefined {
  if (third !== undefined) {
    report('bad-log-type', third, 'a word too many', 'write SYSLOG FACILITY [LEVEL]');
    return undefined;
  }
  if (first === undefined) report('facility-assumed', undefined, "no facility is named; 'daemon' is meant");
  const where = first === undefined ? 'daemon' : facility(first, report);
  const how = second === undefined ? 'info' : level(second, report);
  return where === undefined || how === undefined ? undefined : { kind: 'syslog', facility: where, level: how };
}

function parseFile([path, soft, hard, extra]: readonly Word[], report: Report): LogType | undefined {
  if (path === undefined || extra !== undefined) {
    report(
      'bad-log-type',
      extra,
      path === undefined ? 'the path is missing' : 'a word too many',
      'write FILE PATH [SOFT [HARD]]',
    );
    return undefined;
  }
  const softLimit = soft === undefined ? 0 : size(soft, report);
  const hardLimit = hard === undefined ? softLimit && softLimit + headroom(softLimit) : size(hard, report);
  if (softLimit === undefined || hardLimit === undefined) return undefined;
  if (hard !== undefined && hardLimit < softLimit) {
    report('bad-log-type', hard, `the hard limit (${hardLimit}) is less than the soft limit (${softLimit})`);
    return undefined;
  }
  return { kind: 'file', path: path.text, softLimit: softLimit || undefined, hardLimit: hardLimit || undefined };
}

/** xinetd's distance between the limits: 1 % of the soft one, but 5 to 20 KiB. */
function headroom(softLimit: number): number {
  return Math.min(Math.max(Math.floor(softLimit / 100), 5 * 1024), 20 * 1024);
}

function flagList<W extends string>(
  description: Pick<Description, 'documentation' | 'example'>,
  words: readonly WordEntry<W>[],
): ListAttribute<ReadonlySet<W>> {
  const read = oneOf(words, removedWords);
  return list<ReadonlySet<W>, W>({
    ...description,
    places: 'both',
    syntax: '[FLAG…]',
    default: 'nothing is logged',
    words,
    removable: true,
    parse: (word, report) => {
      const flag = read(word, report);
      return flag === undefined ? undefined : [flag];
    },
    key: (flag) => flag,
    gather: (flags) => new Set(flags),
    spread: (flags) => flags,
  });
}

export const logging: Pick<
  AttributeTable,
  'log_type' | 'log_format' | 'log_on_success' | 'log_on_failure' | 'address_privacy'
> = {
  log_type: some({
    places: 'both',
    syntax: 'SYSLOG FACILITY [LEVEL] | FILE PATH [SOFT [HARD]]',
    default: 'the service logs nothing',
    documentation: [
      'Where the service logs. `SYSLOG` takes a facility (`daemon`, `auth`, `authpriv`, `user`, `mail`, `lpr`, `news`, `uucp`, `ftp`, `local0` to `local7`) and a level (`emerg`, `alert`, `crit`, `err`, `warning`, `notice`, `info`, `debug`; `info` where none is given); the journal of systemd, where there is one, gets fields besides. `FILE` appends to a file.',
      'A file that has grown to its hard limit takes no more lines until the next reload. Sizes may end in `K`, `M` or `G`; the hard limit is 1 % above the soft one, but at least 5 KiB and at most 20 KiB, where it is not given; 0 is no limit.',
      'Where others can write the directory, neither a symbolic link of somebody else is followed nor a file of somebody else written to: the service is not started then.',
      'In `defaults` it names one log that all services share which have none of their own.',
    ],
    example: 'log_type = FILE /var/log/services.log 10M',
    parse: parseLogType,
  }),

  log_format: one({
    places: 'both',
    syntax: 'xinetd | json',
    default: 'xinetd',
    documentation: [
      'How the lines of the log look. Which lines there are, and what of it they tell, is said by `log_on_success` and `log_on_failure` in either case. Unknown to xinetd.',
    ],
    example: 'log_format = json',
    words: formatWords,
    parse: oneOf(formatWords),
  }),

  log_on_success: flagList(
    {
      documentation: [
        'What is logged when a server starts and ends. With any flag there are START lines; EXIT lines need `EXIT`, `DURATION` or `USAGE`.',
      ],
      example: 'log_on_success = PID HOST EXIT DURATION',
    },
    successWords,
  ),

  log_on_failure: flagList(
    {
      documentation: [
        'What is logged when a client is refused. With any flag there are FAIL lines, each with the reason: `address` (only_from, no_access), `banned` (`kinetd ban`), `libwrap` (hosts.allow, hosts.deny), `time`, `load`, `rate_limit`, `rate_limit_source`, `rate_limit_network`, `connections per second` (cps), `service_limit` (instances), `per_source_limit`, `process_limit` (-limit), `queue` (waited in vain), `fork` and `exec` (the program could not be started).',
        'A thousand clients at once and a hundred a second have a line each. While more come each address has one line a second, a hundred addresses at most, and the others are counted: `LOST: id reason lines=N`, each second and for each reason.',
      ],
      example: 'log_on_failure += HOST',
    },
    failureWords,
  ),

  address_privacy: one({
    places: 'both',
    syntax: 'full | network | hash',
    default: 'full',
    documentation: [
      "What is kept of the addresses of clients: in the log of the service, in what the daemon's own log says of its clients, and in the state dump. The program is told the whole address, and so are `kinetd ps` and `kinetd tail`, which keep nothing. Unknown to xinetd.",
    ],
    example: 'address_privacy = network',
    words: privacyWords,
    parse: oneOf(privacyWords),
  }),
};
