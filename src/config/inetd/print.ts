/**
 * Definitions back to the text of an inetd.conf, one line each, in the dialect that each was read in. Reading what is
 * printed gives the same Definitions, spans apart; that is how the reader is tested, and it is a normal form to
 * compare files in. NetBSD's second form is used for what only it can say.
 *
 * Only Definitions of the inetd dialect without errors can be printed: the others are left out.
 */
import type { Bound, Definition, InetdFields, Settings } from '../definition.ts';
import { type Rules, rulesOf } from './rules.ts';
import { tcpdArgument } from './tcpd.ts';

/** The whole file, each line ended by a newline; empty for no definitions. */
export function printInetd(definitions: readonly Definition[]): string {
  return definitions.map(printLine).join('');
}

function printLine({ settings, inetd, errors }: Definition): string {
  if (inetd === undefined || errors.length > 0) return '';
  const rules = rulesOf(inetd.dialect);
  if (rules.dialect === 'netbsd' && needsKeys(settings)) return printNamed(settings, inetd);
  const most = rules.dialect === 'netbsd' && settings.instances !== undefined ? `,${settings.instances}` : '';
  const fields = [
    serviceWord(settings, inetd),
    `${settings.socket_type ?? ''}${most}`,
    `${protocol(settings, inetd)}${buffer('sndbuf', inetd.sendBuffer)}${buffer('rcvbuf', inetd.receiveBuffer)}`,
    wait(settings, inetd, rules),
    user(settings, inetd),
    ...program(settings),
  ];
  const line = fields.map((field) => quoted(field, rules)).join(' ');
  return `${line}${rules.continuation === 'backslash' && line.endsWith('\\') ? ' ' : ''}\n`;
}

/** What only NetBSD's second form can say. */
function needsKeys(settings: Settings): boolean {
  const words = [settings.server ?? '', ...(settings.server_args ?? [])];
  return (
    sourceRate(settings) !== undefined ||
    settings.disable === true ||
    (settings.group === undefined && /[.:]/.test(settings.user ?? '')) ||
    words.some((word) => /[\r\n]/.test(word))
  );
}

function serviceWord(settings: Settings, inetd: InetdFields): string {
  const { unix } = inetd;
  if (unix !== undefined) {
    const { owner = '', group = '', mode } = unix;
    return mode === undefined ? unix.path : `:${owner}:${group}:${mode.toString(8).padStart(4, '0')}:${unix.path}`;
  }
  const mux = settings.type?.has('TCPMUX') === true ? 'tcpmux/' : settings.type?.has('TCPMUXPLUS') ? 'tcpmux/+' : '';
  return `${addressPrefix(inetd.addresses)}${mux}${inetd.service}`;
}

function addressPrefix(addresses: readonly string[]): string {
  if (addresses.length === 0) return '';
  return `${addresses.map((address) => (address.includes(':') ? `[${address}]` : address)).join(',')}:`;
}

function protocol(settings: Settings, { transport }: InetdFields): string {
  return `${settings.type?.has('RPC') === true ? 'rpc/' : ''}${transport}`;
}

function buffer(name: string, size: number | undefined): string {
  return size === undefined ? '' : `,${name}=${size}`;
}

function wait(settings: Settings, inetd: InetdFields, rules: Rules): string {
  const word = settings.wait === true ? 'wait' : 'nowait';
  if (rules.wait === 'rate') return `${word}${inetd.startsPerMinute === undefined ? '' : `.${inetd.startsPerMinute}`}`;
  const numbers = [settings.instances, sourceRate(settings), settings.per_source];
  return numbers.every((number) => number === undefined) ? word : [word, ...givenNumbers(numbers)].join('/');
}

/** Up to the last one that is given: those behind it are left to the command line, those before it cannot be. */
function givenNumbers(numbers: readonly (Bound | undefined)[]): readonly number[] {
  const last = numbers.findLastIndex((number) => number !== undefined);
  return numbers.slice(0, last + 1).map((number) => (typeof number === 'number' ? number : 0));
}

function sourceRate({ rate_limit_source: rate }: Settings): Bound | undefined {
  return rate === 'UNLIMITED' ? rate : rate?.count;
}

function user({ user: name = '', group }: Settings, { loginClass }: InetdFields): string {
  return `${name}${group === undefined ? '' : `:${group}`}${loginClass === undefined ? '' : `/${loginClass}`}`;
}

function program(settings: Settings): readonly string[] {
  const server = settings.type?.has('INTERNAL') === true ? 'internal' : (settings.server ?? '');
  const args = settings.server_args ?? [];
  if (settings.libwrap === undefined) return [server, ...args];
  return ['/usr/sbin/tcpd', tcpdArgument(server, args[0]), ...args.slice(1)];
}

/** In quotes where the dialect needs them; a word that was read can always be written again. */
function quoted(word: string, { quotes }: Rules): string {
  if (quotes === 'shell') {
    if (!/["' \t]|^#|^$/.test(word)) return word;
    return word
      .split(/("+)/)
      .map((part, index) => (index % 2 === 1 ? `'${part}'` : part === '' && word !== '' ? '' : `"${part}"`))
      .join('');
  }
  if (quotes === 'none' || !(quotes === 'leading' ? /^["'#]|[ \t]|^$/ : /^['#]|["\t ]|^$/).test(word)) return word;
  return word.includes('"') ? `'${word}'` : `"${word}"`;
}

function printNamed(settings: Settings, inetd: InetdFields): string {
  const keys: [key: string, ...values: string[]][] = [];
  const put = (key: string, ...values: readonly (string | number | boolean | undefined)[]): void => {
    if (values[0] !== undefined) keys.push([key, ...values.map((value) => namedValue(String(value)))]);
  };
  put('protocol', protocol(settings, inetd));
  put('socktype', settings.socket_type);
  put('wait', settings.wait === true ? 'yes' : 'no');
  put('user', settings.user);
  put('group', settings.group);
  put('sndbuf', inetd.sendBuffer);
  put('recvbuf', inetd.receiveBuffer);
  put('service_max', inetd.startsPerMinute);
  put('ip_max', sourceRate(settings));
  put('accept_max', settings.instances);
  const [exec, ...args] = program(settings);
  put('exec', settings.server === undefined ? undefined : exec);
  put('args', ...args);
  const state = settings.disable === true ? 'off' : 'on';
  const body = keys.map(([key, ...values]) => `${key} = ${values.join(' ')}`).join(', ');
  return `${serviceWord(settings, inetd)} ${state} ${body};\n`;
}

function namedValue(value: string): string {
  if (/^[\w./:@+*%[\]-]+$/.test(value)) return value;
  const escaped = value.replace(/[\\"]|[^ -~\x80-\xff]/g, (character) => {
    if (character === '\\' || character === '"') return `\\${character}`;
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return `"${escaped}"`;
}
