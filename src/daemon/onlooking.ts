/** What happens to clients and servers, told to somebody who looks on (`kinetd tail`), as far as he wants it. */
import type { EventFilter, EventReport } from '../control/mod.ts';
import { type Clock, serviceLine } from '../log/mod.ts';
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
  tell: (event: EventReport & ServiceRecord) => void,
): Onlooker {
  const wanted = events === undefined ? undefined : new Set<ServiceRecord['event']>(events);
  const id = service?.toLowerCase();
  return (of, record) => {
    if (id !== undefined && of.toLowerCase() !== id) return;
    if (wanted?.has(record.event) === false) return;
    if (address !== undefined && (!('from' in record) || record.from !== address)) return;
    tell({ time: clock(), service: of, line: serviceLine(of, everything, record) ?? '', ...record });
  };
}
