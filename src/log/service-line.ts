/**
 * Service records as xinetd's lines (xinetd.log(5), and Debian's xinetd as observed): scripts, SIEMs and storage
 * controllers parse these, so names, order and spaces are xinetd's. Which lines and fields appear depends on
 * log_on_success and log_on_failure. Kinetd's own are USAGE, the reasons `exec`, `queue` and `rate_limit…`, and a last
 * word `timeout` behind the fields that xinetd has.
 */
import type { ExitRecord, Logging, ServiceRecord, SuccessFlag } from '../model/mod.ts';

/** What xinetd writes for a client that the daemon cannot know. */
const noAddress = '<no address>';

/** @returns the line without its time, or undefined when the flags ask for none */
export function serviceLine(
  id: string,
  flags: Pick<Logging, 'onSuccess' | 'onFailure'>,
  record: ServiceRecord,
): string | undefined {
  switch (record.event) {
    case 'start': {
      if (flags.onSuccess.size === 0) return undefined;
      const pid = flags.onSuccess.has('PID') ? ` pid=${record.pid}` : '';
      return `START: ${id}${pid}${from(flags.onSuccess.has('HOST'), record.from)}`;
    }
    case 'fail':
      if (flags.onFailure.size === 0) return undefined;
      return `FAIL: ${id} ${record.reason}${from(flags.onFailure.has('HOST'), record.from)}`;
    case 'userid': {
      const wanted = record.of === 'served' ? flags.onSuccess : flags.onFailure;
      return wanted.has('USERID') ? `USERID: ${id} ${record.user}` : undefined;
    }
    case 'noid':
      return flags.onFailure.size === 0 ? undefined : `NOID: ${id} ${record.from} ${record.reason}`;
    case 'stderr':
      return `STDERR: ${id} pid=${record.pid} ${record.text}`;
    case 'lost':
      if ('pid' in record) return `LOST: ${id} pid=${record.pid} lines=${record.lines}`;
      return flags.onFailure.size === 0 ? undefined : `LOST: ${id} ${record.reason} lines=${record.lines}`;
    case 'traffic':
      if (!flags.onSuccess.has('TRAFFIC')) return undefined;
      return `TRAFFIC: ${id} in=${record.received}(bytes) out=${record.sent}(bytes)`;
    case 'exit':
      return exitLine(id, flags.onSuccess, record);
  }
}

function from(wanted: boolean, address: string | undefined): string {
  return wanted ? ` from=${address ?? noAddress}` : '';
}

function exitLine(
  id: string,
  flags: ReadonlySet<SuccessFlag>,
  { facts, seconds, timedOut }: ExitRecord,
): string | undefined {
  if (!flags.has('EXIT') && !flags.has('DURATION') && !flags.has('USAGE')) return undefined;
  let line = `EXIT: ${id}`;
  if (flags.has('EXIT')) {
    line += facts.ending.kind === 'status' ? ` status=${facts.ending.status}` : ` signal=${facts.ending.signal}`;
  }
  if (flags.has('PID')) line += ` pid=${facts.pid}`;
  // A clock that was set back while the server ran must not make a number that no reader of these lines expects.
  if (flags.has('DURATION')) line += ` duration=${Math.max(0, Math.floor(seconds))}(sec)`;
  const { cpuSeconds, peakMemory } = facts;
  if (flags.has('USAGE') && cpuSeconds !== undefined && peakMemory !== undefined) {
    const equals = facts.peakMemoryIsBound === true ? '<=' : '=';
    line += ` cpu=${cpuSeconds.toFixed(3)}(sec) memory${equals}${Math.round(peakMemory / 1024)}(kB)`;
  }
  return timedOut ? `${line} timeout` : line;
}
