/** Every socket of a service in one line, and what its Unix sockets and its buffers are like. None of it is xinetd's. */

import type { ListenItem } from '../../definition.ts';
import { quote } from '../../diagnostic/mod.ts';
import type { AttributeTable, Report } from '../attribute.ts';
import { one, some } from '../attribute.ts';
import type { Word } from '../tree.ts';
import { anyWord, largestInt, size } from '../values.ts';
import { parsePlace } from './network.ts';

/** A range is a convenience for a handful of ports; each has a descriptor of its own. */
const mostPorts = 1024;

const help = 'write tcp:PORT, udp:PORT, tcp:ADDRESS:PORT, tcp:[IPV6]:PORT, tcp:FROM-TO, or unix:/PATH';

/** One word of `listen`. */
export function parseListenItem(word: Word, report: Report): ListenItem | undefined {
  const [, transport, rest = ''] = /^(tcp|udp|unix):(.*)$/i.exec(word.text) ?? [];
  switch (transport?.toLowerCase()) {
    case 'unix':
      return parsePath(rest, word, report);
    case 'tcp':
      return parseInternet('tcp', rest, word, report);
    case 'udp':
      return parseInternet('udp', rest, word, report);
    default:
      report('bad-listen', word, `${quote(word.text)} does not say where to listen`, help);
      return undefined;
  }
}

function parsePath(path: string, word: Word, report: Report): ListenItem | undefined {
  if (path.startsWith('/') && !path.endsWith('/')) return { transport: 'unix', path };
  report('bad-listen', word, `${quote(path)} is not the absolute path of a socket`, 'write unix:/run/NAME');
  return undefined;
}

function parseInternet(transport: 'tcp' | 'udp', text: string, word: Word, report: Report): ListenItem | undefined {
  const [, bracketed, plain, port = ''] = /^(?:\[([^\]]*)\]:|([^:]*):)?([^:]*)$/.exec(text) ?? [];
  const place = bracketed ?? plain;
  if (port === '' || place === '') {
    report('bad-listen', word, `${quote(word.text)} does not say where to listen`, help);
    return undefined;
  }
  const ports = parsePorts(port, word, report);
  if (ports === undefined) return undefined;
  if (place === undefined || place === '*') return { transport, place: undefined, ports };
  const parsed = parsePlace({ ...word, text: place }, report);
  return parsed === undefined ? undefined : { transport, place: parsed, ports };
}

function parsePorts(
  text: string,
  word: Word,
  report: Report,
): Extract<ListenItem, { ports: unknown }>['ports'] | undefined {
  if (!/^\d+(-\d+)?$/.test(text)) return text;
  const [low = 0, high = low] = text.split('-').map(Number);
  if (low <= high && high <= 65535 && high - low < mostPorts && (low > 0 || high === 0)) return { low, high };
  const problem = `${quote(text)} is no port and no range of ports`;
  report(
    'bad-number',
    word,
    problem,
    `a port is a number from 0 to 65535, and a range has at most ${mostPorts} of them`,
  );
  return undefined;
}

export const listen: Pick<
  AttributeTable,
  'listen' | 'socket_owner' | 'socket_group' | 'socket_mode' | 'backlog' | 'sndbuf' | 'rcvbuf'
> = {
  listen: some({
    places: 'service',
    syntax: 'tcp:[HOST:]PORT | udp:[HOST:]PORT | unix:PATH…',
    default: '`port`, or services(5), with `bind` and `protocol`',
    documentation: [
      'Every socket of the service, in the place of `port`, `bind` and `protocol`; `type` need not have `UNLISTED`, and services(5) is asked for names of ports alone. Unknown to xinetd.',
      'HOST is what `bind` takes (an address, with brackets around an IPv6 one, a host, a network device) or `*`; without it the service listens on every address, and a `bind` in `defaults` is not for it. PORT is a number, a name of services(5), or a range of numbers such as `9000-9010`, of which each has a socket.',
      'A service has sockets of one kind: of TCP and Unix together, of UDP, or Unix ones of the `socket_type` (`stream` where it is not given, else `dgram` or `seqpacket`). The file of a Unix socket is made when the service starts and removed when it stops; one that a daemon left behind is replaced, one that somebody listens on is not. Clients over a Unix socket have no address: an access list of addresses lets none of them in.',
    ],
    example: 'listen = tcp:8080 tcp:[::1]:8081 unix:/run/hello',
    commentable: true,
    parse: (words, report) => {
      const items = words.map((word) => parseListenItem(word, report));
      const good = items.filter((item) => item !== undefined);
      return good.length === items.length ? good : undefined;
    },
  }),

  socket_owner: one({
    places: 'service',
    syntax: 'NAME | UID',
    default: 'the user that runs the daemon',
    documentation: ['Who owns the file of a Unix socket of `listen`. Unknown to xinetd.'],
    example: 'socket_owner = www-data',
    parse: anyWord,
  }),

  socket_group: one({
    places: 'service',
    syntax: 'NAME | GID',
    default: 'the group that runs the daemon',
    documentation: ['The group of the file of a Unix socket of `listen`. Unknown to xinetd.'],
    example: 'socket_group = www-data',
    parse: anyWord,
  }),

  socket_mode: one({
    places: 'service',
    syntax: 'OCTAL',
    default: '600',
    documentation: [
      'The mode of the file of a Unix socket of `listen`, in octal from 0 to 777: who may write to it may connect. It has this mode from the moment that it is there. Unknown to xinetd.',
    ],
    example: 'socket_mode = 660',
    parse: (word, report) => {
      if (/^0*[0-7]{1,3}$/.test(word.text)) return Number.parseInt(word.text, 8);
      report('bad-number', word, `${quote(word.text)} is not a mode`, 'a mode is an octal number from 0 to 777');
      return undefined;
    },
  }),

  backlog: one({
    places: 'both',
    syntax: 'NUMBER',
    default: '4096',
    documentation: [
      'How many connections wait in the kernel until they are accepted; the kernel brings it down to net.core.somaxconn. See listen(2). Unknown to xinetd.',
    ],
    example: 'backlog = 128',
    parse: (word, report) => {
      if (/^\d+$/.test(word.text) && Number(word.text) >= 1 && Number(word.text) <= largestInt)
        return Number(word.text);
      report(
        'bad-number',
        word,
        `${quote(word.text)} is no length of a queue`,
        `a backlog is a whole number from 1 to ${largestInt}`,
      );
      return undefined;
    },
  }),

  sndbuf: one({
    places: 'both',
    syntax: 'SIZE',
    default: "the kernel's",
    documentation: [
      'The size of the send buffer of the sockets (SO_SNDBUF, see socket(7)), with K, M or G behind it if liked. Unknown to xinetd.',
    ],
    example: 'sndbuf = 256K',
    parse: bufferSize,
  }),

  rcvbuf: one({
    places: 'both',
    syntax: 'SIZE',
    default: "the kernel's",
    documentation: [
      'The size of the receive buffer of the sockets (SO_RCVBUF, see socket(7)), with K, M or G behind it if liked. Unknown to xinetd.',
    ],
    example: 'rcvbuf = 1M',
    parse: bufferSize,
  }),
};

function bufferSize(word: Word, report: Report): number | undefined {
  const bytes = size(word, report);
  if (bytes === undefined || (bytes > 0 && bytes <= largestInt)) return bytes;
  report('bad-number', word, `${quote(word.text)} is out of range`, `a buffer has from 1 to ${largestInt} bytes`);
  return undefined;
}
