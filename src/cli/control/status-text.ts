/** Words of `kinetd status`, for its table and its screen. Pure text. */
import type { ServiceReport, StatusReport } from '../../control/mod.ts';
import { spanText } from '../time-span.ts';

export function heading({ title, pid, startedAt, now, services }: StatusReport): string {
  const count = `${services.length} service${services.length === 1 ? '' : 's'}`;
  return `${title}, pid ${pid}, up ${spanText((now - startedAt) / 1000)}, ${count}`;
}

/** `12` or `12/50`, with those who wait: `50/50+3`. */
export function runningText({ running, instances, queued }: ServiceReport): string {
  return `${running}${instances === null ? '' : `/${instances}`}${queued > 0 ? `+${queued}` : ''}`;
}

/** Clients refused by the reason, most first: `address 3, service_limit 1`. */
export function refusedText({ refused }: ServiceReport): string {
  const reasons = Object.entries(refused).toSorted(([, a], [, b]) => b - a);
  return reasons.length === 0 ? '-' : reasons.map(([reason, count]) => `${reason} ${count}`).join(', ');
}
