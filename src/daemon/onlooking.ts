/** What happens to clients and servers, and what the daemon says, told to somebody who looks on (`kinetd tail`). */
import type { EventFilter, EventReport, LogLevel } from '../control/mod.ts';
import {
  type Clock,
  isAtLeast,
  type MessageOnlooker,
  messageLine,
  messageObject,
  printable,
  serviceLine,
  serviceObject,
} from '../log/mod.ts';
import type { FailureFlag, ServiceRecord, SuccessFlag } from '../model/mod.ts';
import type { Onlooker } from './service-events.ts';

/** All that lines can have. */
const everything = {
  onSuccess: new Set<SuccessFlag>(['PID', 'HOST', 'USERID', 'EXIT', 'DURATION', 'TRAFFIC', 'USAGE']),
  onFailure: new Set<FailureFlag>(['HOST', 'USERID', 'ATTEMPT']),
};

export function eventOnlooker(
  { service, address, events }: EventFilter,
  clock: Clock,
  tell: (event: EventReport) => void,
): Onlooker {
  const wanted = events === undefined ? undefined : new Set<ServiceRecord['event']>(events);
  const id = service?.toLowerCase();
  return (of, record) => {
    if (id !== undefined && of.toLowerCase() !== id) return;
    if (wanted?.has(record.event) === false) return;
    if (address !== undefined && (!('from' in record) || record.from !== address)) return;
    const time = clock();
    const line = serviceLine(of, everything, record) ?? '';
    tell({ time, service: of, event: record.event, line, object: serviceObject(of, everything, record, time) ?? {} });
  };
}

export function messageOnlooker(least: LogLevel, clock: Clock, tell: (event: EventReport) => void): MessageOnlooker {
  return (level, message) => {
    if (!isAtLeast(level, least)) return;
    const time = clock();
    const line = `kinetd: ${printable(messageLine(level, message))}`;
    tell({ time, event: 'message', line, object: messageObject(level, message, time) });
  };
}
