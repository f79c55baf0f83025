/**
 * The catalogue of diagnostics: every code, how grave it is, and one sentence about what it means. Codes are
 * stable across releases; docs/configuration.md lists them out of this table.
 *
 * A diagnostic may be less grave than its code says (an error inside a service with `disable = yes` is a
 * warning), never graver.
 */
/** Severity and explanation of each code. */
export const codes = {
  // Files.
  'file-missing': ['error', 'The file is not there.'],
  'file-unreadable': ['error', 'The system refuses to open or read the file.'],
  'file-is-directory': ['error', 'A file is needed and the path is a directory.'],
  'file-not-regular': ['error', 'The path is a device, a pipe or a socket.'],
  'file-too-large': ['error', 'The file is larger than any configuration can be (64 MiB).'],
  'file-binary': ['error', 'The file holds NUL bytes, so it is not text.'],
  'file-vanished': [
    'warning',
    'The file was in its directory a moment ago and is gone; it is read as if it had never been there.',
  ],
  'directory-unreadable': ['error', 'The directory of an `includedir` cannot be listed.'],
  'include-skipped': ['note', "An `includedir` passes over names that hold a '.' or end in '~'."],
  'include-not-regular': ['warning', 'An `includedir` reads regular files only and does not descend into directories.'],
  'include-loop': ['error', 'A file includes itself, directly or through others.'],
  'include-repeated': ['warning', 'A file or directory that was read already is included again; it counts once.'],
  'include-too-deep': ['error', 'Files include files to a depth that no sensible configuration has.'],

  // The grammar of xinetd.conf.
  'stray-words': [
    'error',
    'A line outside of every entry is not `service`, `defaults`, `include` or `includedir`; it is passed over and nothing else is lost.',
  ],
  'missing-name': ['error', '`service`, `include`, `includedir` or `.include` stands without its name.'],
  'extra-words': ['warning', 'Words after the name on a header line mean nothing.'],
  'missing-open-brace': ['error', "A `service` or `defaults` line is not followed by a '{'."],
  'missing-close-brace': [
    'error',
    "An entry is not closed by a '}' on a line of its own before the next one begins, or before the end of the file.",
  ],
  'stray-brace': ['error', "A '{' or '}' stands where none can be."],
  'space-before-operator': ['error', 'The operator touches the attribute; xinetd needs a space between them.'],
  'missing-operator': ['error', "The attribute is not followed by '=', '+=' or '-='."],

  // Attributes.
  'unknown-attribute': [
    'error',
    'There is no attribute of this name; the service is refused rather than run without what the line meant.',
  ],
  'attribute-repeated': ['error', 'The attribute may be given once in an entry and stands there twice.'],
  'wrong-value-count': ['error', 'The attribute has too few or too many values.'],
  'operator-not-allowed': ['error', 'The attribute does not take this operator.'],
  'not-in-defaults': ['error', 'The attribute has no meaning in `defaults`.'],
  'not-in-service': ['error', 'The attribute has a meaning in `defaults` only.'],
  'second-defaults': ['error', 'A file may hold one `defaults` entry.'],
  'default-already-set': ['note', 'An earlier file has set this default already; the first one counts.'],
  'nothing-removed': ['warning', '`-=` names something that is not in the list.'],
  'hash-in-list': ['note', "In a list of values a '#' does not begin a comment; it is a value like the others."],

  // Values.
  'bad-word': ['error', 'The value is not one of the words that the attribute knows.'],
  'word-removed': ['error', 'The word was taken out of xinetd long ago and has no meaning any more.'],
  'bad-quoting': [
    'error',
    'A quotation does not end, or a backslash stands before something without a second meaning.',
  ],
  'bad-number': ['error', 'The value is not a number of the form that the attribute takes, or it is out of range.'],
  'bad-address': ['error', 'The value is neither an address, nor a block of addresses, nor a name.'],
  'bad-listen': ['error', 'The word is none of `tcp:`, `udp:` and `unix:` with a port or a path.'],
  'address-repeated': ['warning', 'A service is told twice to listen on one address; it does so once.'],
  'comma-in-list': ['error', 'Addresses in a list are separated by spaces.'],
  'address-reads-as': ['note', 'The address is written in a short or unusual form; the note says which address it is.'],
  'bad-time': ['error', 'The value is not a time interval `H:M-H:M`.'],
  'bad-variable': ['error', 'The value does not name an environment variable.'],
  'bad-log-type': ['error', 'The words after `log_type` do not describe a log.'],
  'facility-assumed': ['note', '`log_type = SYSLOG` without a facility means the facility daemon; xinetd refuses it.'],
  'intercept-ignored': [
    'warning',
    'The flag INTERCEPT is accepted for old files: access is checked before a server is started, so nothing has to stand between it and its clients.',
  ],
  'not-available': [
    'error',
    'The service asks for something that kinetd or Linux does not have, and is refused rather than run without it.',
  ],
  'redirect-misfit': [
    'error',
    'Only connections over TCP are redirected, each by itself: the service cannot wait, be internal, or have words for a program.',
  ],
  'traffic-without-redirect': [
    'warning',
    'TRAFFIC counts the bytes of redirected connections; of others kinetd sees none, and no such line is logged.',
  ],
  'ident-misfit': [
    'error',
    'IDONLY lets nobody in whom an ident server does not name, and about clients of this service none can be asked.',
  ],
  'userid-on-ident-port': ['warning', 'USERID has no effect at the port of ident servers themselves.'],

  // Lines of inetd.conf.
  'missing-field': ['error', 'The line of an inetd.conf has too few fields.'],
  'other-dialect': [
    'error',
    'The line has a word of another inetd, which the one that the file is read as would misread; it is refused rather than guessed at.',
  ],
  'dialects-disagree': [
    'note',
    'The file may be written for several inetds, and they make different things of a line; the note says what each does.',
  ],
  'bad-entry': ['error', "The keys and values of an entry in NetBSD's second form do not follow its syntax."],
  'bad-quote': ['error', 'A quote is not closed, or stands where the inetd makes something unexpected of it.'],
  'include-nothing': ['warning', 'No file matches the pattern of an `.include`.'],
  'bad-user': ['error', 'The user field of an inetd.conf line is neither `user` nor `user:group`.'],
  'many-arguments': [
    'note',
    'Most inetds silently drop the words after the twentieth or so; kinetd passes all of them on.',
  ],
  'policy-ignored': ['warning', 'A `#@` line is an IPsec policy on BSD and a comment to other inetds.'],
  'group-of-root-ignored': [
    'warning',
    "Debian's, OpenBSD's and GNU inetutils' inetd ignore the group of a service that runs as root; so does kinetd.",
  ],

  // Rules of hosts.allow and hosts.deny.
  'hosts-rule-refuses': [
    'warning',
    'A line of hosts.allow or hosts.deny cannot be understood, or asks for something that kinetd does not do; it refuses every client whom it might be about.',
  ],
  'hosts-option-ignored': ['warning', 'A part of an option in hosts.allow or hosts.deny has no effect.'],
  'hosts-comment': ['note', 'A comment in hosts.allow or hosts.deny that libwrap would read as words.'],

  // Finding out which file is which.
  'unknown-dialect': ['error', 'The file looks neither like an xinetd.conf nor like an inetd.conf.'],
  'nothing-read': ['error', 'None of the files that were asked for could be read.'],

  // What a service needs from outside its file.
  'missing-attribute': ['error', 'The service lacks attributes that it cannot run without.'],
  'unknown-service-id': ['warning', '`enabled` or `disabled` names an id that no service has.'],
  'unknown-user': ['error', 'There is no user of this name.'],
  'unknown-group': ['error', 'There is no group of this name.'],
  'needs-root': [
    'error',
    'Only root can run a server as another user or group or below another root directory, and give senders of datagrams a socket each.',
  ],
  'unknown-protocol': ['error', 'protocols(5) has no protocol of this name.'],
  'unserved-socket': [
    'error',
    'The service is neither for TCP nor for UDP; a raw socket would show its program the traffic of the whole machine.',
  ],
  'protocol-mismatch': ['error', 'The socket type and the protocol do not go together.'],
  'listen-clash': [
    'error',
    '`listen` names all sockets of the service, and something else in the entry does not go with that.',
  ],
  'unknown-port': ['error', 'The service has no `port`, and services(5) does not know its name.'],
  'unknown-rpc-program': ['error', 'The RPC service has no `rpc_number`, and rpc(5) does not know its name.'],
  'port-disagrees': [
    'error',
    'services(5) gives the service another port than the file does, and the service is not UNLISTED.',
  ],
  'name-not-resolved': ['error', 'The host name has no address.'],
  'address-covered': [
    'error',
    'A service is told to listen on an address, and on all addresses as well; both cannot be opened.',
  ],
  'device-not-bindable': ['error', 'The system does not let the daemon bind to the network device.'],
  'family-mismatch': ['error', 'The address is not of the family that the flags ask for.'],
  'banner-unreadable': ['warning', 'The file of a banner is missing or no regular file; clients get nothing of it.'],
  'banner-too-large': ['warning', 'The file of a banner is larger than what is sent of it (65536 bytes).'],
  'banner-ignored': [
    'warning',
    'The daemon does not talk to the clients of a service that waits or serves datagrams, so its banners are not sent.',
  ],
  'server-not-absolute': [
    'error',
    'The program must be named by its whole path; servers run in `/`, not where the daemon was started.',
  ],
  'server-without-path': [
    'warning',
    'A line of an inetd.conf names its program without a path; it is found in the usual folders.',
  ],
  'server-missing': ['error', 'The program is not there.'],
  'server-not-executable': ['error', 'The program may not be executed.'],
  'server-is-directory': ['error', 'The program is a directory.'],
  'directory-not-absolute': ['error', 'The directory must be named by its whole path.'],
  'directory-missing': ['error', 'The directory is not there, or the path is not one of a directory.'],
  'bad-tcpmux': ['error', 'The service is to be reached through tcpmux, and something about it does not go with that.'],
  'bad-auth-flag': ['error', 'An argument of the internal service auth is none of its flags, or has a wrong value.'],
  'no-such-internal-service': ['error', 'kinetd does not answer for a service of this name itself.'],
  'two-programs': [
    'error',
    '`command` stands beside `server`, `server_args` or the flag NAMEINARGS, which it replaces.',
  ],
  'no-argv0': ['error', 'With the flag NAMEINARGS, server_args must begin with argv[0].'],
  'not-utf8': ['error', 'The text is handed to the system and is not valid UTF-8.'],
  'limit-clamped': ['note', "The value is above what the daemon may set, so the servers get the daemon's own limit."],
  'no-effect': ['warning', 'The attribute has no effect on this service, because of what another one says.'],
  'undefined-variable': ['warning', "`passenv` names a variable that the daemon's environment does not have."],
  'duplicate-address': ['error', 'Another service has the same address, port and protocol.'],
  'overlapping-address': [
    'warning',
    'Another service has the same port on all addresses, or on one of those of this service.',
  ],
  'peer-unknown': [
    'error',
    'A stream service with `wait = yes` accepts its own clients, so the daemon can not check who they are.',
  ],
  'activation-needs-wait': [
    'error',
    'Only the server of a service that waits gets the listening socket; any other gets a connection, which activation has no place for.',
  ],
  'forkserver-not-used': [
    'note',
    'The service asks for a fork server, and its program cannot be parked; it is executed for each connection.',
  ],
  'forkserver-privileged': [
    'error',
    'A program that gives its caller rights when it is executed (set-user-id, set-group-id, file capabilities) cannot be forked instead.',
  ],
  'datagram-needs-wait': [
    'error',
    'A program that serves datagrams over a Unix socket gets the socket itself, so the service must wait.',
  ],

  // What `kinetd check` finds on the machine.
  'port-privileged': ['error', 'Who runs the daemon may not open a port so low.'],
  'port-taken': [
    'error',
    'Another process has the address already; the daemon would try again and again until it is free.',
  ],
  'server-forbidden': [
    'warning',
    'Owner, group and mode of the program or of a folder above it do not let the user of the service execute it.',
  ],
  'server-other-machine': ['warning', 'The program is for another kind of processor.'],
  'interpreter-missing': [
    'error',
    'What the program needs to be started cannot be executed: the interpreter of a script, or the loader of a program.',
  ],
  'log-unwritable': ['error', 'The log file of the service cannot be written.'],
  'nobody-admitted': ['warning', 'The rules of the service let no client in.'],
  'rule-unreachable': ['warning', 'A block of `only_from` admits nobody, since `no_access` has the same one.'],
  'predecessor-differs': ['note', 'An old daemon makes something else of the line; what, the note says.'],
} as const;

export type DiagnosticCode = keyof typeof codes;
