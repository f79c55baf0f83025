/**
 * Service records as objects with keys that stay: one JSON object a line for `log_format = json`. The events and what is
 * told of each go by log_on_success and log_on_failure, as in xinetd's lines; docs/logging.md is this table for people.
 */
import type { ExitRecord, Logging, ServiceRecord } from '../model/mod.ts';

/** In the order in which they are written; those that do not apply are absent. */
export interface ServiceObject {
  /** RFC 3339, UTC, with milliseconds. */
  readonly time: string;
  readonly service: string;
  readonly event: ServiceRecord['event'];
  /** Why a client was refused, or not named. */
  readonly reason?: string;
  readonly pid?: number;
  /** The client's; null where the daemon cannot know it. */
  readonly address?: string | null;
  readonly user?: string;
  /** What a server wrote to its stderr, a line. */
  readonly text?: string;
  /** Lines of it that were left out, or of clients who were refused. */
  readonly lines?: number;
  readonly status?: number;
  readonly signal?: number;
  readonly duration_seconds?: number;
  readonly cpu_seconds?: number;
  /** Peak, in bytes. */
  readonly memory_bytes?: number;
  readonly received_bytes?: number;
  readonly sent_bytes?: number;
  /** Present, and true, when the server was ended because its timeout was over. */
  readonly timeout?: true;
}

type Facts = Omit<ServiceObject, 'time' | 'service'>;
type Flags = Pick<Logging, 'onSuccess' | 'onFailure'>;

/** @returns undefined when the flags ask for nothing */
export function serviceObject(
  service: string,
  flags: Flags,
  record: ServiceRecord,
  milliseconds: number,
): ServiceObject | undefined {
  const facts = factsOf(flags, record);
  return facts === undefined ? undefined : { time: new Date(milliseconds).toISOString(), service, ...facts };
}

function factsOf({ onSuccess, onFailure }: Flags, record: ServiceRecord): Facts | undefined {
  const { event } = record;
  switch (event) {
    case 'start':
      if (onSuccess.size === 0) return undefined;
      return { event, ...only(onSuccess.has('PID'), { pid: record.pid }), ...host(onSuccess, record.from) };
    case 'fail':
      if (onFailure.size === 0) return undefined;
      return { event, reason: record.reason, ...host(onFailure, record.from) };
    case 'userid':
      if (!(record.of === 'served' ? onSuccess : onFailure).has('USERID')) return undefined;
      return { event, user: record.user };
    case 'noid':
      return onFailure.size === 0 ? undefined : { event, reason: record.reason, address: record.from };
    case 'stderr':
      return { event, pid: record.pid, text: record.text };
    case 'lost':
      if ('pid' in record) return { event, pid: record.pid, lines: record.lines };
      return onFailure.size === 0 ? undefined : { event, reason: record.reason, lines: record.lines };
    case 'traffic':
      if (!onSuccess.has('TRAFFIC')) return undefined;
      return { event, received_bytes: record.received, sent_bytes: record.sent };
    case 'exit':
      return exitFacts(onSuccess, record);
  }
}

function exitFacts(flags: Logging['onSuccess'], { facts, from, seconds, timedOut }: ExitRecord): Facts | undefined {
  if (!flags.has('EXIT') && !flags.has('DURATION') && !flags.has('USAGE')) return undefined;
  const { pid, ending, cpuSeconds, peakMemory } = facts;
  return {
    event: 'exit',
    ...only(flags.has('PID'), { pid }),
    ...host(flags, from),
    ...only(flags.has('EXIT'), ending.kind === 'status' ? { status: ending.status } : { signal: ending.signal }),
    ...only(flags.has('DURATION'), { duration_seconds: Math.max(0, seconds) }),
    ...(flags.has('USAGE') && cpuSeconds !== undefined ? { cpu_seconds: cpuSeconds } : {}),
    ...(flags.has('USAGE') && peakMemory !== undefined ? { memory_bytes: peakMemory } : {}),
    ...(timedOut ? { timeout: true as const } : {}),
  };
}

function only<Part extends Facts | Partial<Facts>>(wanted: boolean, part: Part): Part | Record<string, never> {
  return wanted ? part : {};
}

function host(flags: ReadonlySet<string>, from: string | undefined): Partial<Facts> {
  return flags.has('HOST') ? { address: from ?? null } : {};
}
