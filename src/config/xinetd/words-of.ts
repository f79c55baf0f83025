/**
 * The values of attributes as words again: what stands behind the `=`, so that reading it gives the same value. For every
 * attribute there is a way, which the type of the table sees to.
 */
import type { Rate } from '../../model/mod.ts';
import type { AccessItem, AttributeName, ListenItem, Settings } from '../definition.ts';
import type { Value } from './attribute.ts';
import { quoted } from './quoting.ts';

type Writers = { readonly [K in AttributeName]: (value: Value<K>) => readonly string[] };

/** @returns undefined for what is not set */
export function wordsOf<K extends AttributeName>(name: K, settings: Settings): readonly string[] | undefined {
  const value: Settings[K] = settings[name];
  return value === undefined ? undefined : writers[name](value);
}

const word = (value: string | number): readonly string[] => [String(value)];
const words = (values: Iterable<string>): readonly string[] => [...values];
const yesNo = (value: boolean): readonly string[] => [value ? 'yes' : 'no'];
const octal = (value: number): readonly string[] => [value.toString(8).padStart(3, '0')];
const rate = (value: Rate | 'UNLIMITED'): readonly string[] => (value === 'UNLIMITED' ? [value] : rateWords(value));

const writers: Writers = {
  id: word,
  type: words,
  flags: words,
  disable: yesNo,
  enabled: words,
  disabled: words,
  socket_type: word,
  protocol: word,
  wait: yesNo,
  port: word,
  rpc_version: ({ low, high }) => [low === high ? String(low) : `${low}-${high}`],
  rpc_number: word,
  server: word,
  server_args: words,
  command: (parts) => parts.map(quoted),
  user: word,
  group: word,
  groups: yesNo,
  no_new_privs: yesNo,
  chroot: word,
  working_directory: word,
  nice: word,
  umask: octal,
  rlimit_as: word,
  rlimit_cpu: word,
  rlimit_data: word,
  rlimit_files: word,
  rlimit_rss: word,
  rlimit_stack: word,
  env: words,
  passenv: words,
  environment: word,
  resolve: yesNo,
  stderr: word,
  socket_passing: word,
  launch: word,
  forkserver_start: word,
  preload_modules: words,
  instances: word,
  per_source: word,
  cps: ({ connections, pauseSeconds }) => [String(connections), String(pauseSeconds)],
  rate_limit: rate,
  rate_limit_source: rate,
  rate_limit_network: (value) =>
    value === 'UNLIMITED'
      ? [value]
      : [...rateWords(value), 'prefix', String(value.prefixes.inet), String(value.prefixes.inet6)],
  starts_per_minute: word,
  queue: ({ places, seconds }) => [String(places), String(seconds)],
  timeout: (value) => (value === 'UNLIMITED' ? [value] : [String(value.seconds), String(value.graceSeconds)]),
  max_load: word,
  access_times: (ranges) => ranges.map(({ from, to }) => `${timeOfDay(from)}-${timeOfDay(to)}`),
  only_from: accessWords,
  no_access: accessWords,
  log_type: (log) =>
    log.kind === 'syslog'
      ? ['SYSLOG', log.facility, log.level]
      : ['FILE', log.path, ...fileLimits(log.softLimit, log.hardLimit)],
  log_on_success: words,
  log_on_failure: words,
  log_format: word,
  address_privacy: word,
  deny_time: (value) => [value === 0 ? 'NEVER' : String(value)],
  bind: words,
  v6only: yesNo,
  listen: listenWords,
  socket_owner: word,
  socket_group: word,
  socket_mode: octal,
  backlog: word,
  sndbuf: word,
  rcvbuf: word,
  redirect: ({ host, port }) => [host, port],
  libwrap: word,
  banner: word,
  banner_success: word,
  banner_fail: word,
  mdns: yesNo,
  metrics: listenWords,
  metrics_from: accessWords,
};

function rateWords({ count, periodSeconds, burst }: Rate): readonly string[] {
  const pace = `${count}/${period(periodSeconds)}`;
  return burst === count ? [pace] : [pace, 'burst', String(burst)];
}

/** In the longest unit that fits. */
function period(seconds: number): string {
  for (const [unit, length] of [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
  ] as const) {
    if (seconds % length === 0) return `${seconds === length ? '' : seconds / length}${unit}`;
  }
  return `${seconds === 1 ? '' : seconds}s`;
}

function timeOfDay(minutes: number): string {
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
}

/** A soft limit alone brings a hard one with it. */
function fileLimits(soft: number | undefined, hard: number | undefined): readonly string[] {
  return hard === undefined ? [] : [String(soft ?? 0), String(hard)];
}

/** As they were written, but that `10.1.{2,3}` is one word for two blocks, of which one may have been taken out. */
function accessWords(items: readonly AccessItem[]): readonly string[] {
  return items.map((item) => {
    if (item.kind === 'host') return item.name;
    if (item.kind === 'domain') return item.suffix;
    const { address, prefix, text } = item.network;
    return text.includes('{') ? `${address}/${prefix}` : text;
  });
}

function listenWords(items: readonly ListenItem[]): readonly string[] {
  return items.map((item) => {
    if (item.transport === 'unix') return `unix:${item.path}`;
    const place = item.place?.includes(':') ? `[${item.place}]` : item.place;
    const ports =
      typeof item.ports === 'string'
        ? item.ports
        : item.ports.low === item.ports.high
          ? String(item.ports.low)
          : `${item.ports.low}-${item.ports.high}`;
    return [item.transport, ...(place === undefined ? [] : [place]), ports].join(':');
  });
}
