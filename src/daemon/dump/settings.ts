/**
 * What a configuration says, in the words of xinetd's state dump: the lines that `defaults` and a service share.
 *
 * Texts of a configuration are bytes, one to a character (see Settings); what the daemon works with is taken from the
 * Service where it has it. Addresses are numeric: the daemon asks no name server for the sake of a dump.
 */
import { type AccessItem, type Bound, decodeBytes, type Settings } from '../../config/mod.ts';
import type { Logging, LogSink } from '../../model/mod.ts';

/** Flags in xinetd's order; the family stands where its own flags stand. */
const flagOrder = [
  'REUSE',
  'INTERCEPT',
  'NORETRY',
  'IDONLY',
  'NAMEINARGS',
  'NODELAY',
  'KEEPALIVE',
  'NOLIBWRAP',
  'SENSOR',
] as const;
const typeOrder = ['RPC', 'INTERNAL', 'UNLISTED', 'SPECIAL', 'TCPMUX', 'TCPMUXPLUS'] as const;
const successOrder = ['HOST', 'DURATION', 'EXIT', 'PID', 'USERID', 'TRAFFIC', 'USAGE'] as const;
const failureOrder = ['HOST', 'ATTEMPT', 'USERID'] as const;

export function flagWords({ flags }: Settings, family: 'IPv4' | 'IPv6' | undefined): readonly string[] {
  const plain = flagOrder.filter((word) => flags?.has(word) === true);
  return [...plain, ...(family === undefined ? [] : [family]), ...(flags?.has('LABELED') === true ? ['LABELED'] : [])];
}

export function typeWords({ type }: Settings): readonly string[] {
  return typeOrder.filter((word) => type?.has(word) === true);
}

/** `Instances = 5`; nothing where it is not set. */
export function instancesLines({ instances }: Settings): readonly string[] {
  return instances === undefined ? [] : [`Instances = ${instances}`];
}

export function cpsLines({ cps }: Settings): readonly string[] {
  return cps === undefined ? [] : [`CPS = max conn:${cps.connections} wait:${cps.pauseSeconds}`];
}

/** -1 is UNLIMITED. */
export function perSource(value: Bound | undefined): string {
  return `PER_SOURCE = ${typeof value === 'number' ? value : -1}`;
}

export function umaskLines({ umask }: Settings): readonly string[] {
  return umask === undefined ? [] : [`umask = ${umask.toString(8)}`];
}

export function accessLines({ only_from: onlyFrom = [], no_access: noAccess = [] }: Settings): readonly string[] {
  return [
    onlyFrom.length === 0 ? 'Only from: All sites' : `Only from:  ${onlyFrom.map(itemText).join(' ')}`,
    noAccess.length === 0 ? 'No access: No blocked sites' : `No access:  ${noAccess.map(itemText).join(' ')}`,
  ];
}

export function bindLine({ bind }: Settings): string {
  return row('Bind', bind?.map(plain) ?? ['All addresses.']);
}

export function passenvLines({ passenv }: Settings): readonly string[] {
  return passenv === undefined ? [] : [row('Passenv', passenv.map(plain))];
}

/** @param flags of the log; xinetd leaves them out where nothing is logged */
export function loggingLines(
  sink: LogSink | undefined,
  flags: Pick<Logging, 'onSuccess' | 'onFailure'>,
): readonly string[] {
  if (sink === undefined) return ['No logging'];
  const success = successOrder.filter((word) => flags.onSuccess.has(word));
  const failure = failureOrder.filter((word) => flags.onFailure.has(word));
  return [sinkLine(sink), row('Log_on_success flags', success), row('Log_on_failure flags', failure)];
}

/** `name = a b`; without a value nothing stands after the sign. */
export function row(name: string, values: readonly string[]): string {
  return [`${name} =`, ...values].join(' ');
}

export function plain(bytes: string): string {
  return decodeBytes(bytes) ?? bytes;
}

function sinkLine(sink: LogSink): string {
  if (sink.kind === 'syslog') return `Logging to syslog. Facility = ${sink.facility}, level = ${sink.level}`;
  if (sink.shared) return 'Logging to common log file';
  const limits = sink.softLimit === undefined ? 'no limits' : `soft=${sink.softLimit} hard=${sink.hardLimit}`;
  return `Logging to file: ${sink.path} (${limits})`;
}

function itemText(item: AccessItem): string {
  if (item.kind === 'host') return `${item.name}(HOST)`;
  if (item.kind === 'domain') return `${item.suffix}(HOST)`;
  const { address, family, prefix, text } = item.network;
  const whole = text.includes('/') && prefix < (family === 'inet' ? 32 : 128);
  return whole ? `${address}/${maskText(family, prefix)}(NET)` : `${address}(NUMERIC)`;
}

function maskText(family: 'inet' | 'inet6', prefix: number): string {
  if (family === 'inet') return [0, 8, 16, 24].map((at) => 256 - 2 ** (8 - clamp(prefix - at, 8))).join('.');
  const groups = Array.from({ length: 8 }, (_, index) => 0x10000 - 2 ** (16 - clamp(prefix - index * 16, 16)));
  const used = groups.filter((group) => group > 0).map((group) => group.toString(16));
  return used.length === 8 ? used.join(':') : `${used.join(':')}::`;
}

/** Bits of a mask in one part of it. */
function clamp(bits: number, most: number): number {
  return Math.max(0, Math.min(most, bits));
}
