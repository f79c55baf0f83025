/**
 * The options of `kinetd serve` that are attributes of kinetd.conf(5), each with one line of help. An option has the name
 * of its attribute, with dashes, and takes what stands behind the `=` there; a list may be given as one word with blanks
 * in it or by repeating the option. Parsing, help and completion are made of this table.
 */
import { InvalidArgumentError, Option } from 'commander';

import { type AttributeName, attributes } from '../../config/mod.ts';

/** What the addresses and the program say, and what makes no sense for a service that somebody runs by hand. */
type Unspoken =
  | 'bind'
  | 'command'
  | 'deny_time'
  | 'disable'
  | 'disabled'
  | 'enabled'
  | 'listen'
  | 'mdns'
  | 'metrics'
  | 'metrics_from'
  | 'port'
  | 'protocol'
  | 'redirect'
  | 'rpc_number'
  | 'rpc_version'
  | 'server'
  | 'server_args'
  | 'type';

export type Spoken = Exclude<AttributeName, Unspoken>;

interface ServeOption {
  /** Where it is not the attribute's. */
  readonly name?: string;
  readonly value: string;
  readonly about: string;
}

const access = {
  only_from: { name: 'from', value: 'list', about: 'these addresses, networks and hosts alone; repeatable' },
  no_access: { name: 'deny', value: 'list', about: 'not these; repeatable' },
  access_times: { value: 'list', about: 'at these times alone, as 8:00-18:00' },
  libwrap: { value: 'name', about: 'what hosts.allow and hosts.deny call it (default: the program)' },
};

const limits = {
  instances: { value: 'n', about: 'servers at once' },
  per_source: { value: 'n', about: 'servers at once for one address' },
  queue: { value: 'n seconds', about: 'clients that wait for their turn when a limit is reached, and how long' },
  timeout: { value: 'seconds', about: 'the longest that a server may run' },
  rate_limit: { value: 'rate', about: 'clients in a time, as 50/s; who comes too often is turned away' },
  rate_limit_source: { value: 'rate', about: 'the same for each address' },
  rate_limit_network: { value: 'rate', about: 'the same for each network' },
  cps: { value: 'n seconds', about: 'clients a second, above which the port is closed for so long, as "50 10"' },
  starts_per_minute: { value: 'n', about: 'servers in a minute, above which clients wait' },
  max_load: { value: 'load', about: 'the load average above which nobody is served' },
};

const program = {
  user: { value: 'name', about: 'as whom (default: who you are)' },
  group: { value: 'name', about: 'with this group (default: that of the user)' },
  groups: { value: 'yes|no', about: 'with all groups of its user' },
  launch: { value: 'how', about: 'forkserver: loaded once and forked for each client' },
  forkserver_start: { value: 'when', about: 'when the fork server is started' },
  preload_modules: { value: 'list', about: 'modules that the fork server loads too' },
  wait: { value: 'yes|no', about: 'yes: one server at a time, which gets the listening socket (default: no)' },
  socket_passing: { value: 'how', about: 'activation: the listening socket as descriptor 3, as systemd passes it' },
  stderr: { value: 'where', about: 'who gets its stderr (default: log)' },
  environment: { value: 'whose', about: 'ucspi: the variables of tcpserver about the client' },
  resolve: { value: 'yes|no', about: 'whether the name of the client is looked up for it' },
  env: { value: 'name=value', about: 'a variable for it; repeatable' },
  passenv: { value: 'list', about: 'the variables that it keeps (default: all)' },
  working_directory: { value: 'path', about: 'where it starts (default: here)' },
  chroot: { value: 'path', about: 'what it has as /' },
  umask: { value: 'octal', about: 'its umask (default: yours)' },
  nice: { value: 'n', about: 'what is added to its nice value' },
  no_new_privs: { value: 'yes|no', about: 'yes: no set-user-id program gives it rights' },
  rlimit_as: { value: 'size', about: 'its address space, at most' },
  rlimit_cpu: { value: 'seconds', about: 'its processor time, at most' },
  rlimit_data: { value: 'size', about: 'its data segment, at most' },
  rlimit_files: { value: 'n', about: 'its open files, at most' },
  rlimit_rss: { value: 'size', about: 'its resident memory, at most' },
  rlimit_stack: { value: 'size', about: 'its stack, at most' },
};

const sockets = {
  socket_type: { value: 'type', about: 'of a Unix socket (default: stream)' },
  socket_mode: { value: 'octal', about: 'mode of the file of a Unix socket (default: 600)' },
  socket_owner: { value: 'name', about: 'its owner' },
  socket_group: { value: 'name', about: 'its group' },
  flags: { value: 'list', about: 'KEEPALIVE, NODELAY, IPv4, IPv6 and others of kinetd.conf(5)' },
  v6only: { value: 'yes|no', about: 'yes: IPv6 sockets take no IPv4 clients' },
  backlog: { value: 'n', about: 'clients that wait in the kernel' },
  sndbuf: { value: 'size', about: 'send buffer of the connections' },
  rcvbuf: { value: 'size', about: 'receive buffer of the connections' },
};

const logging = {
  id: { value: 'name', about: 'what log lines call it (default: the name of the program)' },
  log_type: { value: 'spec', about: 'where log lines go, as "FILE path" (default: the terminal)' },
  log_format: { value: 'format', about: 'how its lines look (default: xinetd)' },
  log_on_success: { value: 'list', about: 'what is logged of clients that are served' },
  log_on_failure: { value: 'list', about: 'what is logged of those that are not' },
  address_privacy: { value: 'how', about: 'what is kept of the addresses of clients (default: full)' },
  banner: { value: 'path', about: 'a file that is sent to every client first' },
  banner_success: { value: 'path', about: 'a file for those that are served' },
  banner_fail: { value: 'path', about: 'a file for those that are not' },
};

const options: Readonly<Record<Spoken, ServeOption>> = { ...access, ...limits, ...program, ...sockets, ...logging };

/** In the order of the help. */
const groups: Readonly<Record<string, Partial<typeof options>>> = {
  'Who may connect:': access,
  'Limits:': limits,
  'How the program runs:': program,
  'Sockets:': sockets,
  'Log and banners:': logging,
};

/** What was given, by attribute. */
export class GivenAttributes extends Map<AttributeName, readonly string[]> {
  /** commander tells what is thrown here, and of which option. */
  take(attribute: AttributeName, text: string): void {
    const { arity, example } = attributes[attribute];
    const before = this.get(attribute) ?? [];
    if (before.length > 0 && arity !== 'list') throw new InvalidArgumentError('It is given twice.');
    // A blank belongs to the value where there is one value, or in that of a variable.
    const words = arity === 'one' || attribute === 'env' ? [text] : text.trim().split(/\s+/);
    if (arity === 'two' && words.length !== 2) {
      throw new InvalidArgumentError(`It takes two values, as in '${example.replace(/^.*= /, '')}'.`);
    }
    this.set(attribute, [...before, ...words]);
  }
}

/** The options, for commander. What they are given goes to `given`. */
export function attributeOptions(given: GivenAttributes): readonly Option[] {
  return Object.entries(groups).flatMap(([heading, group]) =>
    Object.keys(group)
      .filter(isSpoken)
      .map((attribute) => {
        const { value, about } = options[attribute];
        const option = new Option(`--${optionName(attribute)} <${value}>`, about).helpGroup(heading);
        const { words } = attributes[attribute];
        // For completion; what is no such word is told by the parser of the attribute, which takes any case.
        if (words !== undefined) option.choices(words.map(({ word }) => word));
        return option.argParser((text: string) => given.take(attribute, text));
      }),
  );
}

/** `from` for only_from, `per-source` for per_source. */
export function optionName(attribute: Spoken): string {
  return options[attribute].name ?? attribute.replaceAll('_', '-');
}

export function isSpoken(word: string): word is Spoken {
  return Object.hasOwn(options, word);
}
