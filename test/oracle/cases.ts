/**
 * What somebody who moves from xinetd relies on, as 75 cases in the order of how much it would hurt to miss one, and
 * the tests that show each. `mended` marks what is a fault of xinetd: there a difference is shown, not the same.
 *
 * cases.test.ts holds the list to the tests.
 */
import type { Named } from './page.ts';

export interface Case {
  readonly what: string;
  readonly mended?: true;
  readonly shownBy: readonly Named[];
}

/** Comparisons of a file of this folder. */
function xinetd(file: string, ...titles: readonly string[]): readonly Named[] {
  return titles.map((title) => ({ file: `test/oracle/xinetd-${file}.test.ts`, title }));
}

export const cases: readonly Case[] = [
  {
    what: 'a connection reaches a program and its answer comes back; START and EXIT are logged',
    shownBy: xinetd('service-log', 'a conversation of a plain service: START, the answer, EXIT'),
  },
  {
    what: 'a server has the ids of its user, no other groups, a umask and / as its folder',
    shownBy: xinetd(
      'server',
      'user: ids of passwd(5), no supplementary groups, no capabilities',
      'umask: as written, else what the daemon was started with and 022',
      'signals, session, terminal, directory and descriptors',
    ),
  },
  {
    what: 'a client in no_access is turned away and logged',
    shownBy: xinetd('service-log', 'a client that access refuses gets FAIL alone'),
  },
  {
    what: 'only_from with an address whose zeros are a block',
    shownBy: xinetd('access', 'forms of addresses in only_from and no_access'),
  },
  {
    what: 'an empty only_from lets in nobody',
    shownBy: xinetd('access', 'forms of addresses in only_from and no_access'),
  },
  {
    what: 'disable = yes closes the port and nothing else',
    shownBy: xinetd('broken-entries', 'disable = yes, and what is wrong in such an entry does not matter'),
  },
  {
    what: 'instances: one more is refused, and served when a place is free',
    shownBy: xinetd('service-log', 'service_limit'),
  },
  {
    what: 'per_source: one more of a client is refused, another client is served',
    shownBy: xinetd('service-log', 'per_source_limit, and another source is served'),
  },
  {
    what: 'cps closes the port for its pause',
    shownBy: xinetd('service-log', 'connections per second: one line, the port closes, and opens after the pause'),
  },
  {
    what: 'a reload brings a new service, and open connections go on',
    shownBy: xinetd('reload', 'a new service is opened, and a connection of another goes on'),
  },
  {
    what: 'a reload takes a service away, and its servers',
    shownBy: xinetd('reload', 'a removed service closes its port', 'servers of a removed service go on until they end'),
  },
  {
    what: 'a reload with another program, list or limit keeps the socket and the servers',
    shownBy: xinetd(
      'reload',
      'a changed server, list or limit keeps the socket and the connection, and holds for the next client',
    ),
  },
  {
    what: 'a reload with another port moves the service',
    shownBy: xinetd(
      'reload',
      'a changed port closes the old one and opens the new one',
      'servers of a removed service go on until they end',
    ),
  },
  {
    what: 'a datagram server has the socket with its datagram, and is alone',
    shownBy: [
      ...xinetd('server', 'a datagram server gets the socket with the datagram in it'),
      ...xinetd(
        'waiting',
        'each datagram server gets the datagram that it was started for',
        'no second server starts while one runs',
      ),
    ],
  },
  {
    what: 'a stream server that waits has the listening socket and accepts for itself',
    shownBy: [
      ...xinetd('server', 'a wait stream server gets the listening socket'),
      ...xinetd('service-log', 'a wait stream server is logged without an address'),
      ...xinetd('waiting', 'a stream server accepts for itself, and the next client starts another'),
    ],
  },
  {
    what: 'env adds to the environment, REMOTE_HOST is in it, and so is all that the daemon has',
    shownBy: xinetd(
      'environment',
      'env: the last value of a name counts, a value may be empty or have an equals sign',
      'without passenv servers get the whole environment of the daemon',
    ),
  },
  {
    what: 'passenv lets through what it names, an empty one nothing',
    shownBy: xinetd(
      'environment',
      'passenv of defaults is inherited, replaced, added to and taken from',
      'an empty passenv passes nothing on',
    ),
  },
  {
    what: 'env cannot forge the address of the client',
    shownBy: xinetd('environment', 'env cannot hide the address of the client'),
  },
  {
    what: 'redirect relays both ways, without a server',
    shownBy: xinetd('redirect', 'redirect relays both ways and needs no server; TRAFFIC counts the bytes'),
  },
  {
    what: 'redirect counts its bytes, and keeps the answer to a client that has ended its side',
    mended: true,
    shownBy: xinetd('redirect', 'redirect keeps the answer to a client that has closed its side'),
  },
  {
    what: 'redirect to a port where nobody listens ends the connection and says why',
    shownBy: xinetd(
      'redirect',
      'redirect to a port where nobody listens: the client sees the end, the daemon says why',
    ),
  },
  {
    what: 'an unknown attribute is told with file and line',
    shownBy: xinetd('broken-entries', 'an unknown attribute loses the service'),
  },
  {
    what: 'a syntax error loses its service alone',
    shownBy: xinetd(
      'broken-entries',
      'a syntax error in a line loses the service',
      'services before and after broken ones run',
    ),
  },
  {
    what: 'a user that is not there loses its service alone',
    shownBy: xinetd(
      'broken-entries',
      'a value that cannot be understood loses the service',
      'services before and after broken ones run',
    ),
  },
  { what: 'a service without wait', shownBy: xinetd('broken-entries', 'a missing attribute loses the service') },
  {
    what: 'an unlisted service without port',
    shownBy: xinetd('broken-entries', 'a missing attribute loses the service'),
  },
  {
    what: 'a listed service with another port than the listed one',
    shownBy: xinetd('broken-entries', 'a listed service with another port than the listed one does not run'),
  },
  {
    what: 'only_from of defaults is added to, replaced and taken from',
    shownBy: xinetd('access', 'lists of defaults are inherited, added to, replaced and taken from'),
  },
  {
    what: 'flags of defaults are added to and taken from; without any nothing is logged',
    shownBy: xinetd(
      'service-log',
      '+= adds flags to those of defaults',
      '-= takes flags of defaults away',
      'a service whose last flag is taken away logs nothing',
    ),
  },
  {
    what: 'includedir reads files by name and in order, and passes over others',
    shownBy: xinetd(
      'files',
      'includedir reads files whose names have no dot and do not end in ~',
      'includedir reads its files in the order of their bytes',
    ),
  },
  {
    what: 'enabled and disabled choose services by id',
    shownBy: xinetd('files', 'enabled and disabled go by ids, in any case'),
  },
  {
    what: 'comments, and a # that is none',
    shownBy: [
      ...xinetd('broken-entries', 'lines that begin with # are comments, indented or not'),
      ...xinetd('files', '# among the words of server_args is a word'),
    ],
  },
  { what: 'quotes mean nothing', shownBy: xinetd('files', 'quotes are part of words') },
  {
    what: 'NAMEINARGS names argv[0]',
    shownBy: xinetd('server', 'NAMEINARGS: the first word of server_args is argv[0]'),
  },
  {
    what: 'banners for those let in and those turned away',
    shownBy: xinetd(
      'banners',
      'a client that is let in sees banner, banner_success and then its server',
      'a client that is turned away sees banner and banner_fail',
      'a file that is not there is told, and the service goes on',
    ),
  },
  {
    what: 'access_times turns away at other times; its last minute belongs to it',
    shownBy: [
      ...xinetd('service-log', 'time'),
      ...xinetd('access', 'access_times: the minute that an interval ends with belongs to it'),
    ],
  },
  { what: 'access_times over midnight', mended: true, shownBy: xinetd('access', 'access_times may cross midnight') },
  { what: 'rlimits reach the server', shownBy: xinetd('server', 'rlimits are soft and hard alike') },
  {
    what: 'nice and umask reach the server',
    shownBy: xinetd(
      'server',
      'nice is added, and root may go below',
      'umask: as written, else what the daemon was started with and 022',
    ),
  },
  {
    what: 'group with groups = yes',
    shownBy: xinetd('server', 'groups = yes with group: the groups of the user with the primary group of passwd(5)'),
  },
  {
    what: 'internal daytime over TCP',
    shownBy: xinetd('internal', 'daytime over TCP; no process is started, and none ends'),
  },
  { what: 'internal time over TCP', shownBy: xinetd('internal', 'time over TCP') },
  {
    what: 'internal echo, discard and chargen',
    shownBy: xinetd(
      'internal',
      'echo over TCP gives back what it gets and ends with its client',
      'echo over UDP: an answer, a line, and no process',
      'discard says nothing, whatever it gets',
      'chargen over TCP: lines of 72 characters, each one further in the ring',
      'chargen over UDP: 1024 bytes, of which the last line is short',
    ),
  },
  {
    what: 'tcpmux hands over to its services, and to no other',
    mended: true,
    shownBy: xinetd(
      'tcpmux',
      'a service of type TCPMUX answers itself',
      'only services of the types of tcpmux are found there',
      'no NUL byte stands behind what tcpmux answers',
    ),
  },
  {
    what: 'a service behind tcpmux has its own user',
    shownBy: xinetd('tcpmux', 'a service behind tcpmux has its own user'),
  },
  {
    what: 'SENSOR shuts out who touches it, for deny_time',
    shownBy: xinetd('sensor', 'SENSOR and deny_time: a touch is logged, and shuts its client out, also after a reload'),
  },
  {
    what: 'IDONLY serves whom an ident server names',
    shownBy: xinetd('ident', 'IDONLY serves whom an ident server names', 'IDONLY closes on others, and NOID says why'),
  },
  {
    what: 'hosts.allow and hosts.deny, libwrap, NOLIBWRAP',
    shownBy: xinetd('libwrap', 'libwrap: the name of a service, NOLIBWRAP, and what is said about a refusal'),
  },
  {
    what: 'max_load turns away and says so',
    shownBy: xinetd('service-log', 'load, and a message of the daemon about it'),
  },
  {
    what: '-limit bounds all servers together',
    shownBy: xinetd('life', '-limit bounds the servers of all services together'),
  },
  {
    what: 'a socket for both families: what an IPv4 client is called, and that lists know it',
    shownBy: [
      ...xinetd('service-log', 'a client over IPv4 of a dual-stack service is logged with its plain address'),
      ...xinetd('environment', 'a client over IPv4 of a dual-stack service has its plain address in REMOTE_HOST'),
      ...xinetd(
        'access',
        'forms of addresses in only_from and no_access',
        'a list holds for a socket of IPv4 alone as well',
      ),
    ],
  },
  {
    what: 'forms of addresses; a netmask, a dot at the end and /128 mean what they say',
    mended: true,
    shownBy: [
      ...xinetd(
        'access',
        'forms of addresses in only_from and no_access',
        'a.b.c. is the block of addresses that begin so',
        'a netmask after the slash is a netmask',
        '/128 is one IPv6 address',
      ),
      ...xinetd('names', 'a host name and a domain are compared with the name of the client'),
    ],
  },
  {
    what: 'a client that both lists hold',
    mended: true,
    shownBy: xinetd(
      'access',
      'the most specific of only_from and no_access decides',
      'an address in both lists with equal weight is refused',
    ),
  },
  {
    what: 'SIGTERM ends the daemon with status 0, its pid file and its servers',
    mended: true,
    shownBy: [
      ...xinetd(
        'life',
        'SIGTERM ends the daemon with status 0 and a message',
        'the pid file: a number and a newline, readable for all, gone at the end',
        'SIGTERM ends the servers too',
      ),
      ...xinetd('redirect', 'SIGTERM ends redirected connections'),
    ],
  },
  {
    what: 'SIGUSR1 writes the state of the daemon',
    shownBy: xinetd('dump', 'the state dump: every line of defaults, services, servers and totals'),
  },
  {
    what: 'a configuration that is not there, at the start and later',
    shownBy: [
      ...xinetd('life', 'a configuration that is not there: status 1 and a message'),
      ...xinetd('reload', 'a configuration that is gone changes nothing'),
    ],
  },
  {
    what: 'a bad value in defaults',
    mended: true,
    shownBy: [
      ...xinetd('files', 'a bad value in defaults: the daemon does not start, and says so with its status'),
      ...xinetd('reload', 'a bad value in defaults leaves the running configuration alone'),
    ],
  },
  {
    what: 'no services at all',
    shownBy: [
      ...xinetd(
        'life',
        'a detached daemon without services ends',
        '-stayalive keeps a detached daemon without services',
      ),
      ...xinetd('reload', 'no services left: a daemon that stays alive goes on'),
    ],
  },
  {
    what: 'a port that is taken',
    shownBy: xinetd(
      'reload',
      'a port that is taken loses that service alone, and a reload brings it once the port is free',
      'a port that is taken is tried again until it is free',
    ),
  },
  {
    what: 'a program that has gone',
    mended: true,
    shownBy: xinetd('waiting', 'a program that cannot be executed is a FAIL, not an exit with status 0'),
  },
  { what: 'a server that a signal has ended', shownBy: xinetd('service-log', 'EXIT has the signal') },
  {
    what: 'limits of a log file',
    shownBy: xinetd(
      'log-file',
      'the hard limit of a log is never exceeded',
      'a reload lets a log be written again after it has been emptied',
    ),
  },
  {
    what: 'an attribute that stands twice',
    shownBy: xinetd('broken-entries', 'an attribute that stands twice loses the service'),
  },
  {
    what: 'an operator that the attribute does not have',
    shownBy: xinetd('broken-entries', 'an operator that the attribute does not have loses the service'),
  },
  {
    what: 'bind with two addresses',
    mended: true,
    shownBy: xinetd('bind', 'several addresses in bind are what is listened on, and nothing else'),
  },
  {
    what: 'a bad bind, and disable = no after it',
    mended: true,
    shownBy: xinetd('broken-entries', 'disable = no does not revive a service with an error'),
  },
  {
    what: 'a service that stands before defaults',
    mended: true,
    shownBy: xinetd('access', 'defaults reach services that stand before them'),
  },
  {
    what: 'services called logging and intercept',
    mended: true,
    shownBy: xinetd('access', 'a service may be called logging or intercept and is guarded like others'),
  },
  {
    what: 'a datagram service that has refused somebody',
    mended: true,
    shownBy: xinetd('waiting', 'a wait service that has refused somebody goes on'),
  },
  {
    what: 'a burst of datagrams to echo, and one from the port of another simple service',
    mended: true,
    shownBy: xinetd(
      'internal',
      'each datagram of a burst to echo is answered, and its sender logged once',
      'echo does not answer a datagram that comes from port 7',
    ),
  },
  { what: 'v6only = no', mended: true, shownBy: xinetd('access', 'v6only = no lets IPv4 clients in') },
  {
    what: '-inetd_compat',
    shownBy: xinetd('system', '-inetd_compat runs the lines of /etc/inetd.conf too'),
  },
  { what: 'files with CRLF', mended: true, shownBy: xinetd('files', 'lines may end in CRLF') },
  { what: 'a brace behind the name', shownBy: xinetd('files', 'the brace may stand behind the name of the service') },
  {
    what: 'a hard limit of a billion descriptors',
    mended: true,
    shownBy: xinetd('life', 'start-up does not close descriptors one by one'),
  },
];
