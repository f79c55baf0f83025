/** Who may use a service, and when. */
import type { TimeRange } from '../../../model/mod.ts';
import type { AccessItem } from '../../definition.ts';
import { quote } from '../../diagnostic/mod.ts';
import { accessItemKey, parseAccessItem } from '../access-item.ts';
import type { AttributeTable, ListDescription, Report } from '../attribute.ts';
import { list, one, some } from '../attribute.ts';
import type { Word } from '../tree.ts';
import { anyWord, largestInt } from '../values.ts';

/** A list of clients. */
export function accessList(
  description: Pick<
    ListDescription<readonly AccessItem[], AccessItem>,
    'places' | 'default' | 'documentation' | 'example'
  >,
): AttributeTable['only_from'] {
  return list<readonly AccessItem[], AccessItem>({
    ...description,
    syntax: '[ADDRESS | BLOCK | NAME…]',
    removable: true,
    parse: parseAccessItem,
    key: accessItemKey,
    gather: (items) => [...items],
    spread: (items) => items,
  });
}

const minutesOfDay = 24 * 60;

/** `H:M-H:M`. */
function parseTimeRange(word: Word, report: Report): TimeRange | undefined {
  const [, ...numbers] = /^(\d{1,2}):(\d{1,2})-(\d{1,2}):(\d{1,2})$/.exec(word.text) ?? [];
  const [hour = 99, minute = 99, endHour = 99, endMinute = 99] = numbers.map(Number);
  const from = hour * 60 + minute;
  const to = endHour * 60 + endMinute;
  const inDay = hour <= 23 && minute <= 59 && endMinute <= 59 && to <= minutesOfDay;
  if (inDay && from !== to) return { from, to };
  const help = inDay
    ? 'the two times are the same; the whole day is 00:00-24:00'
    : 'write H:M-H:M, hours from 0 to 23 and minutes from 0 to 59, 24:00 for the end of the day';
  report('bad-time', word, `${quote(word.text)} is not a time interval`, help);
  return undefined;
}

export const access: Pick<AttributeTable, 'only_from' | 'no_access' | 'access_times' | 'deny_time' | 'libwrap'> = {
  only_from: accessList({
    places: 'both',
    default: 'everyone',
    documentation: [
      'The clients that may use the service; an empty list lets no one in. A client that both `only_from` and `no_access` hold is judged by the more specific of the two blocks, and refused when they are equal. The check comes before anything is started.',
      'Addresses and blocks: `192.0.2.7`; `192.0.2.0/24`; `192.0.2.0/255.255.255.0`; `192.0.2.` for the same; `192.0.{2,7}` for 192.0.2.0/24 and 192.0.7.0/24; an IPv4 address with zeros at its end is a block of that many octets, so `10.1.0.0` is 10.1.0.0/16 and `0.0.0.0` any IPv4 client; the forms of inet_aton(3) (`127.1`, `0x7f000001`); `2001:db8::1`; `2001:db8::/32`; `::/0` for any IPv6 client.',
      'A name of networks(5) is that network; zeros at the end of its address stand for anything.',
      'Names: a host name, or a domain such as `.example.org`, is compared with the name that the address of the client has in the DNS. That name counts only when it leads back to the address. It is looked up for a client whom the addresses of the lists do not decide about, for at most five seconds and without anybody else having to wait; who has no name is in no name of the lists; who has one that leads elsewhere, or whose name cannot be found out, is refused. A host name is as specific as an address; a domain is the more specific the more parts it has, and cannot be compared with a block: it weighs as much. The first datagram of a client whose name takes longer than a second is dropped.',
    ],
    example: 'only_from = 192.0.2.0/24 2001:db8::/32',
  }),

  no_access: accessList({
    places: 'both',
    default: 'no one',
    documentation: ['The clients that may not use the service. The forms are those of `only_from`.'],
    example: 'no_access = 192.0.2.66',
  }),

  access_times: some({
    places: 'service',
    syntax: 'H:M-H:M…',
    default: 'always',
    documentation: [
      'When the service may be used, in local time; both ends are included to the minute. An interval may reach across midnight, and `24:00` is the end of the day. Several intervals add up.',
    ],
    example: 'access_times = 8:00-12:00 22:00-6:00',
    parse: (words, report) => {
      const ranges = words.map((word) => parseTimeRange(word, report)).filter((range) => range !== undefined);
      return ranges.length === words.length ? ranges : undefined;
    },
  }),

  deny_time: one({
    places: 'service',
    syntax: 'MINUTES | FOREVER | NEVER',
    default: 'NEVER',
    documentation: [
      'For how long a client that touches a service with `flags = SENSOR` is refused by every service, with the reason `address`: a number of minutes, until the daemon ends, or not at all (the touch is logged). A reload does not shorten that, and another touch makes it begin anew. Of more than 100 000 such clients the earliest are forgotten. The sender of a datagram may be forged: with a sensor over UDP a stranger can shut out others.',
    ],
    example: 'deny_time = 60',
    parse: (word, report) => {
      const text = word.text.toUpperCase();
      if (text === 'FOREVER') return 'FOREVER';
      if (text === 'NEVER') return 0;
      if (/^\d+$/.test(text) && Number(text) <= largestInt) return Number(text);
      report(
        'bad-number',
        word,
        `${quote(word.text)} is not a time`,
        `it is a number of minutes from 0 to ${largestInt}, FOREVER or NEVER`,
      );
      return undefined;
    },
  }),

  libwrap: one({
    places: 'service',
    syntax: 'NAME',
    default:
      'the last part of `argv[0]`, which is that of `server` unless NAMEINARGS is set; the name of the service where no program is started',
    documentation: [
      'The name that the service has in hosts.allow and hosts.deny (hosts_access(5)). They are asked for each client whom `only_from` and `no_access` admit, as they are at that time, unless `flags` has `NOLIBWRAP`.',
      'Done are ALL, LOCAL, KNOWN, UNKNOWN, PARANOID, EXCEPT, addresses, blocks, names, `*` and `?`, `daemon@host`, and the options `severity`, `banners`, `allow` and `deny` of hosts_options(5). A rule that cannot be understood, or that asks for anything else (netgroups, files of patterns, users, `spawn`, `twist` …), refuses every client whom it might be about; `kinetd check` and the log of the daemon name it.',
      'Where a rule goes by a name, the name is looked up as for `only_from`; a client whose name cannot be found out is refused.',
    ],
    example: 'libwrap = in.ftpd',
    parse: anyWord,
  }),
};
