/** What a service is: its id, kind, protocol, port and whether it runs at all. */
import type { ServiceFlag, ServiceType, Settings } from '../../definition.ts';
import { quote } from '../../diagnostic/mod.ts';
import type { AttributeTable, WordEntry } from '../attribute.ts';
import { list, one, some } from '../attribute.ts';
import { anyWord, manyOf, oneOf, wholeNumber, yesNo, yesNoWords } from '../values.ts';

const typeWords: readonly WordEntry<ServiceType>[] = [
  {
    word: 'RPC',
    documentation:
      'clients ask the portmapper (rpcbind) for the port of the service, which is registered there for each of its versions; `port` may be left out',
  },
  {
    word: 'INTERNAL',
    documentation:
      'kinetd itself answers, no program is started: the name is one of `echo`, `discard`, `daytime`, `time`, `chargen`, and over TCP `tcpmux`, `services`, `servers`, `metrics` (docs/metrics.md) or `auth`, which says whose the connections of this machine are (RFC 1413) and takes the flags of inetd(8) of FreeBSD as `server_args`; `user` and `server` are not needed for it and mean nothing',
  },
  {
    word: 'UNLISTED',
    documentation: 'the name is not looked up in services(5); `protocol` or `socket_type`, and `port`, must be given',
  },
  { word: 'SPECIAL', documentation: 'means nothing; accepted for old files' },
  {
    word: 'TCPMUX',
    documentation: 'reached through the tcpmux service by its name; the program answers `+Go` itself',
  },
  { word: 'TCPMUXPLUS', documentation: 'reached through the tcpmux service, which answers `+Go`' },
];

const flagWords: readonly WordEntry<ServiceFlag>[] = [
  { word: 'REUSE', documentation: 'the port may be bound again at once; always so, accepted for old files' },
  {
    word: 'INTERCEPT',
    documentation:
      'accepted for old files; no process has to stand between clients and a server, since access is checked before a server is started',
    remark: {
      code: 'intercept-ignored',
      message:
        'INTERCEPT need not put a process between clients and the server: the access of each peer is checked before a server is started for it',
    },
  },
  { word: 'NORETRY', documentation: 'a failed fork is not tried again' },
  {
    word: 'IDONLY',
    documentation:
      'only clients whose user an ident server names are served; of the others the log says `NOID: id address reason`. Anybody can run an ident server, so that this keeps out nobody who wants to come in',
  },
  { word: 'NAMEINARGS', documentation: 'the first word of `server_args` is the name of the program (`argv[0]`)' },
  { word: 'NODELAY', documentation: 'TCP_NODELAY on every connection' },
  { word: 'KEEPALIVE', documentation: 'SO_KEEPALIVE on every connection' },
  { word: 'NOLIBWRAP', documentation: 'hosts.allow and hosts.deny are not asked' },
  {
    word: 'SENSOR',
    documentation:
      'the port is a trap: whoever touches it is refused, see `deny_time`; nothing is started, and `server` and `user` need not be written',
  },
  { word: 'IPv4', documentation: 'the service is reached over IPv4 alone' },
  { word: 'IPv6', documentation: 'the service has an IPv6 socket' },
  { word: 'LABELED', documentation: 'refused: the program would run in the SELinux context of its client' },
];

const socketTypeWords: readonly WordEntry<NonNullable<Settings['socket_type']>>[] = [
  { word: 'stream', documentation: 'connections, as TCP has them' },
  { word: 'dgram', documentation: 'datagrams, as UDP has them' },
  { word: 'raw', documentation: 'direct access to IP; refused' },
  {
    word: 'seqpacket',
    documentation: 'connections that keep the borders of messages; refused, as neither TCP nor UDP has them',
  },
];

const largestRpcNumber = 2 ** 32 - 1;

export const identity: Pick<
  AttributeTable,
  | 'id'
  | 'type'
  | 'flags'
  | 'disable'
  | 'enabled'
  | 'disabled'
  | 'socket_type'
  | 'protocol'
  | 'wait'
  | 'port'
  | 'rpc_version'
  | 'rpc_number'
> = {
  id: one({
    places: 'service',
    syntax: 'ID',
    default: 'the name of the service',
    documentation: [
      'Names the entry in logs, in `enabled` and `disabled`, and across reloads. Give ids where one name serves two protocols, such as `echo` over TCP and over UDP.',
    ],
    example: 'id = echo-dgram',
    parse: anyWord,
  }),

  type: some({
    places: 'service',
    syntax: 'TYPE…',
    default: 'an external service that is listed in services(5)',
    documentation: ['What kind of service this is; several words may be combined.'],
    example: 'type = UNLISTED',
    words: typeWords,
    parse: manyOf(typeWords),
  }),

  flags: some({
    places: 'service',
    syntax: 'FLAG…',
    default: 'none',
    documentation: [
      'Switches. With both `IPv4` and `IPv6` the service takes clients of both, and does with IPv4 where the machine has no IPv6.',
    ],
    example: 'flags = NODELAY KEEPALIVE IPv4',
    words: flagWords,
    parse: manyOf(flagWords),
  }),

  disable: one({
    places: 'service',
    syntax: 'yes | no',
    default: 'no',
    documentation: [
      'With `yes` the service does not run, wherever in the entry that stands and whatever else the entry says; what is wrong with the rest is told as warnings. `no` never brings an entry to life that has an error.',
    ],
    example: 'disable = yes',
    words: yesNoWords,
    parse: yesNo,
  }),

  enabled: list<readonly string[], string>({
    places: 'defaults',
    syntax: '[ID…]',
    default: 'every service',
    documentation: [
      'When it is written, only services whose id it names run. It does not bring back a service with `disable = yes`, nor one that has an error.',
    ],
    example: 'enabled = ftp tftp',
    removable: true,
    parse: ({ text }) => [text.toLowerCase()],
    key: (id) => id,
    gather: (ids) => [...ids],
    spread: (ids) => ids,
  }),

  disabled: list<readonly string[], string>({
    places: 'defaults',
    syntax: '[ID…]',
    default: 'no service',
    documentation: ['Services whose id it names do not run, also when `enabled` names them.'],
    example: 'disabled += telnet',
    removable: true,
    parse: ({ text }) => [text.toLowerCase()],
    key: (id) => id,
    gather: (ids) => [...ids],
    spread: (ids) => ids,
  }),

  socket_type: one({
    places: 'service',
    syntax: 'stream | dgram | raw | seqpacket',
    default: 'what goes with `protocol`: stream for tcp, dgram for udp',
    documentation: ['The kind of socket. One of `socket_type` and `protocol` is enough for TCP and UDP.'],
    example: 'socket_type = stream',
    words: socketTypeWords,
    parse: oneOf(socketTypeWords),
  }),

  protocol: one({
    places: 'service',
    syntax: 'NAME',
    default: 'what goes with `socket_type`: tcp for stream, udp for dgram',
    documentation: ['A name of protocols(5).'],
    example: 'protocol = tcp',
    parse: anyWord,
  }),

  wait: one({
    places: 'service',
    syntax: 'yes | no',
    default: 'none; it must be written',
    documentation: [
      'With `no` kinetd accepts each connection and starts a server for it. With `yes` it starts one server and hands the listening socket to it; nothing else happens on the socket until that server has ended. Datagram programs are written for `yes`.',
      'With `socket_type = dgram` and `no` each sender has a server of its own: its descriptors 0 and 1 are a socket that is connected to the sender, with the datagrams of that sender in it and no others. So a program that reads and writes is enough. What the sender sends while the server runs reaches that server; after its end it starts the next. The daemon has to run as root for that, and `instances` is 100 unless it is given, since senders can be forged. Under xinetd such an entry starts servers without end.',
    ],
    example: 'wait = no',
    words: yesNoWords,
    parse: yesNo,
  }),

  port: one({
    places: 'service',
    syntax: 'NUMBER',
    default: 'the port that services(5) has for the name',
    documentation: [
      'The port to listen on. Without it the port comes from services(5). Where services(5) knows the name of the service, a `port` that is another one is refused, unless `type` has `UNLISTED`.',
    ],
    example: 'port = 8080',
    parse: (word, report) => wholeNumber(word, report, { low: 0, high: 65535, what: 'a port' }),
  }),

  rpc_version: one({
    places: 'service',
    syntax: 'VERSION | LOWEST-HIGHEST',
    default: 'none; RPC services must have it',
    documentation: [
      'The versions of the RPC program that are registered with the portmapper (rpcbind), over UDP on loopback. They are registered again on each reload and taken away when the service or the daemon ends. Without a portmapper the service runs, and is registered when there is one.',
    ],
    example: 'rpc_version = 2-4',
    parse: (word, report) => {
      const [, low, high = low] = /^(\d{1,10})(?:-(\d{1,10}))?$/.exec(word.text) ?? [];
      const range = { low: Number(low), high: Number(high) };
      if (range.low <= range.high && range.high <= largestRpcNumber) return range;
      report(
        'bad-number',
        word,
        `${quote(word.text)} is not a range of versions`,
        'write one number, or the lowest and the highest as in 2-4',
      );
      return undefined;
    },
  }),

  rpc_number: one({
    places: 'service',
    syntax: 'NUMBER',
    default: 'the number that rpc(5) has for the name',
    documentation: ['The number of the RPC program; `type = RPC UNLISTED` needs it.'],
    example: 'rpc_number = 300019',
    parse: (word, report) =>
      wholeNumber(word, report, { low: 0, high: largestRpcNumber, what: 'an RPC program number' }),
  }),
};
