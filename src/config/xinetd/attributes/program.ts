/** The program of a service, and what it runs as. */
import { quote } from '../../diagnostic/mod.ts';
import type { AttributeTable, WordEntry } from '../attribute.ts';
import { list, one, some } from '../attribute.ts';
import { unquote } from '../quoting.ts';
import { anyWord, oneOf, wholeNumber, yesNo, yesNoWords } from '../values.ts';

const stderrWords: readonly WordEntry<'client' | 'log' | 'null'>[] = [
  { word: 'client', documentation: 'the client gets it, as under xinetd' },
  {
    word: 'log',
    documentation:
      'each line is written to the log of the service as `STDERR: id pid=N text`, whatever `log_on_success` says; of a line at most 1024 bytes, and of a server at most 100 lines a second: `LOST: id pid=N lines=N` counts the others',
  },
  { word: 'null', documentation: 'nobody gets it' },
];

const passingWords: readonly WordEntry<'stdio' | 'activation'>[] = [
  { word: 'stdio', documentation: 'on descriptors 0 and 1, as under xinetd' },
  {
    word: 'activation',
    documentation:
      'on descriptor 3, as systemd passes it; 0 and 1 are /dev/null, and 2 is the log, or nobody with `stderr = null`',
  },
];

const environmentWords: readonly WordEntry<'xinetd' | 'ucspi'>[] = [
  {
    word: 'xinetd',
    documentation:
      'REMOTE_HOST as under xinetd; REMOTE_ADDR, REMOTE_PORT, LOCAL_HOST, LOCAL_PORT; PROTO and the addresses and ports of UCSPI',
  },
  {
    word: 'ucspi',
    documentation:
      "what tcpserver, tcpsvd, s6 and unixserver set, and none of xinetd's; `stderr` is `log` and `resolve` is `yes` unless they say otherwise",
  },
];

export const program: Pick<
  AttributeTable,
  | 'server'
  | 'server_args'
  | 'command'
  | 'user'
  | 'group'
  | 'groups'
  | 'no_new_privs'
  | 'chroot'
  | 'working_directory'
  | 'nice'
  | 'umask'
  | 'env'
  | 'passenv'
  | 'environment'
  | 'resolve'
  | 'stderr'
  | 'socket_passing'
> = {
  server: one({
    places: 'service',
    syntax: 'PATH',
    default: 'none; external services must have it',
    documentation: ['The program to start, as an absolute path. It finds the connection on descriptors 0, 1 and 2.'],
    example: 'server = /usr/sbin/in.ftpd',
    parse: anyWord,
  }),

  server_args: some({
    places: 'service',
    syntax: 'WORD…',
    default: 'no arguments',
    documentation: [
      'Arguments of the program, without its name (`argv[0]` is the last part of `server`) unless `flags` has `NAMEINARGS`; the order of the two lines does not matter.',
      'Words are separated by blanks. There is no quoting: quotation marks reach the program as they stand, and no argument can hold a blank. Nor is there a comment at the end of such a line: a `#` is an argument like the others.',
    ],
    example: 'server_args = -l -d /srv/ftp',
    parse: (words) => words.map(({ text }) => text),
  }),

  command: some({
    places: 'service',
    syntax: 'PATH [WORD…]',
    default: 'none; `server` and `server_args` say it',
    documentation: [
      'The program to start and its arguments, in the place of `server` and `server_args`, and with quoting as in a shell: single quotes take everything as it stands; between double quotes and outside of quotes a backslash takes the meaning from a quote, a backslash or a blank, and `\\n` and `\\t` are a newline and a tab. Nothing is expanded: there are no variables, patterns or pipes.',
    ],
    quotable: true,
    example: "command = /usr/bin/awk '{ print length($0) }'",
    parse: (words, report) => {
      const [path, ...args] = unquote(words, report) ?? [];
      if (path !== undefined && path !== '') return [path, ...args];
      if (path === '') report('bad-quoting', words[0], 'the program has no name', 'write its path first');
      return undefined;
    },
  }),

  user: one({
    places: 'service',
    syntax: 'NAME | UID',
    default: 'none; external services must have it',
    documentation: [
      'Who the program runs as. A name is looked up in passwd(5) and gives the group as well; a number is taken as user and group id without being looked up.',
    ],
    example: 'user = nobody',
    parse: anyWord,
  }),

  group: one({
    places: 'service',
    syntax: 'NAME | GID',
    default: 'the group of `user`',
    documentation: ['The group that the program runs as.'],
    example: 'group = tty',
    parse: anyWord,
  }),

  groups: one({
    places: 'both',
    syntax: 'yes | no',
    default: 'no',
    documentation: [
      'With `yes` the program also has the supplementary groups of its user, and the user must be in passwd(5). With `no` it has none.',
    ],
    example: 'groups = yes',
    words: yesNoWords,
    parse: yesNo,
  }),

  no_new_privs: one({
    places: 'both',
    syntax: 'yes | no',
    default: 'no',
    documentation: [
      'With `yes` no program that the server executes gives it rights that it has not: set-user-id and set-group-id bits and file capabilities have no effect for it and its children. See PR_SET_NO_NEW_PRIVS(2const). Unknown to xinetd.',
    ],
    example: 'no_new_privs = yes',
    words: yesNoWords,
    parse: yesNo,
  }),

  chroot: one({
    places: 'service',
    syntax: 'PATH',
    default: "the daemon's own root",
    documentation: [
      'The server has this directory as its `/`: `server` and `working_directory` are paths below it, and so is whatever the program needs (its interpreter, its libraries). The directory is entered after the groups are set and before the user is, which takes root. See chroot(2). Unknown to xinetd.',
    ],
    example: 'chroot = /srv/jail',
    parse: anyWord,
  }),

  working_directory: one({
    places: 'service',
    syntax: 'PATH',
    default: '/',
    documentation: ['Where the program starts. The user of the service must be able to enter it. Unknown to xinetd.'],
    example: 'working_directory = /srv/data',
    parse: anyWord,
  }),

  nice: one({
    places: 'service',
    syntax: 'NUMBER',
    default: '0',
    documentation: [
      'What is added to the nice value of the program: the higher, the more it lets others go first. See nice(2).',
    ],
    example: 'nice = 10',
    parse: (word, report) => wholeNumber(word, report, { low: -100, high: 100, what: 'a nice increment' }),
  }),

  umask: one({
    places: 'both',
    syntax: 'OCTAL',
    default: "the daemon's, with 022 added",
    documentation: ['The file mode bits that the program never gives, in octal from 0 to 777.'],
    example: 'umask = 077',
    parse: (word, report) => {
      if (/^0*[0-7]{1,3}$/.test(word.text)) return Number.parseInt(word.text, 8);
      report('bad-number', word, `${quote(word.text)} is not a umask`, 'a umask is an octal number from 0 to 777');
      return undefined;
    },
  }),

  env: list<readonly string[], string>({
    places: 'service',
    syntax: '[NAME=VALUE…]',
    default: 'nothing',
    documentation: [
      "Variables that the program finds in its environment, besides the daemon's own (or those of `passenv`) and those that tell about the connection, such as `REMOTE_HOST`. Of two with the same name the later one counts. A value can hold no blank.",
    ],
    example: 'env = TZ=UTC LANG=C',
    removable: false,
    parse: (word, report) => {
      if (/^[^=]+=/.test(word.text)) return [word.text];
      report('bad-variable', word, `${quote(word.text)} does not set a variable`, 'write NAME=VALUE, without blanks');
      return undefined;
    },
    key: (variable) => variable.slice(0, variable.indexOf('=')),
    gather: (variables) => [...variables],
    spread: (variables) => variables,
  }),

  passenv: list<readonly string[], string>({
    places: 'both',
    syntax: '[NAME…]',
    default: "the daemon's whole environment",
    documentation: [
      "The variables of the daemon's environment that the program gets. Once it is written, the program gets no others; an empty list passes none.",
    ],
    example: 'passenv = PATH TZ',
    removable: true,
    parse: (word, report) => {
      if (!word.text.includes('=')) return [word.text];
      report('bad-variable', word, `${quote(word.text)} is not the name of a variable`, "use 'env' to set a variable");
      return undefined;
    },
    key: (name) => name,
    gather: (names) => [...names],
    spread: (names) => names,
  }),

  environment: one({
    places: 'both',
    syntax: 'xinetd | ucspi',
    default: 'xinetd',
    documentation: [
      'What the program finds in its environment about its connection. Unknown to xinetd.',
      'With `ucspi` programs that were written for tcpserver (ucspi-tcp), tcpsvd (ipsvd), unixserver (ucspi-unix) or s6 run unchanged: descriptor 0 reads from the client, 1 writes to it, and 2 is the log. Over TCP there are PROTO=TCP, TCPLOCALIP, TCPLOCALPORT, TCPLOCALHOST, TCPREMOTEIP, TCPREMOTEPORT, TCPREMOTEHOST, TCPREMOTEINFO where USERID is logged and the ident server of the client has named somebody, and TCPCONNNUM and TCPCONCURRENCY, which are both the number of servers that this client has now. Over a Unix socket there are PROTO=UNIX, UNIXLOCALPATH, UNIXLOCALUID, UNIXLOCALGID, UNIXLOCALPID, which is the pid of the program itself, UNIXREMOTEPID, UNIXREMOTEEUID, UNIXREMOTEEGID, UNIXCONNNUM, and for programs that were written for s6-ipcserver alone IPCLOCALPATH, IPCREMOTEPATH, IPCREMOTEEUID, IPCREMOTEEGID and IPCCONNNUM. With UDP there are PROTO=UDP, UDPLOCALIP, UDPLOCALPORT, UDPREMOTEIP and UDPREMOTEPORT. What is not known is not set.',
    ],
    example: 'environment = ucspi',
    words: environmentWords,
    parse: oneOf(environmentWords),
  }),

  resolve: one({
    places: 'both',
    syntax: 'yes | no',
    default: 'no; with `environment = ucspi` yes',
    documentation: [
      'Whether the program is told the names of both ends of a TCP connection, as TCPREMOTEHOST and TCPLOCALHOST. Unknown to xinetd.',
      'A name counts when it leads back to its address. It is looked up before the program is started, in five seconds at most for each end, and remembered for a minute; nobody else waits meanwhile. A client without a name, one whose name does not come in time, and one that comes while too many others wait (256, or 16 of its address) is served without the variable. For services that wait nothing is looked up.',
    ],
    example: 'resolve = yes',
    words: yesNoWords,
    parse: yesNo,
  }),

  stderr: one({
    places: 'both',
    syntax: 'client | log | null',
    default: 'client; with `environment = ucspi` log',
    documentation: [
      'Who gets what the program writes to its stderr. Unknown to xinetd.',
      'With `log` a server never waits for long, however much it writes: what is too much is read and left out. Processes that a server leaves behind may write for a minute after its end; then writing gives them SIGPIPE.',
    ],
    example: 'stderr = log',
    words: stderrWords,
    parse: oneOf(stderrWords),
  }),

  socket_passing: one({
    places: 'service',
    syntax: 'stdio | activation',
    default: 'stdio',
    documentation: [
      'Where a program finds the listening socket of a service with `wait = yes`. Unknown to xinetd.',
      'With `activation` the environment says `LISTEN_FDS=1`, `LISTEN_PID` with the pid of the server, and `LISTEN_FDNAMES` with the id of the service (colons in it become underscores), so that programs written for socket units of systemd run unchanged; see sd_listen_fds(3). When the server ends, what is queued by then starts the next one. A service with several sockets has a server for each of them. A service with `wait = no` is refused: its servers get connections.',
    ],
    example: 'socket_passing = activation',
    words: passingWords,
    parse: oneOf(passingWords),
  }),
};
