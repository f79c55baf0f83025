/** access_times: whether a minute of the local day lies in one of the configured ranges. */
import type { TimeRange } from '../model/mod.ts';

/**
 * @param times ranges with both ends included; `from > to` spans midnight, which xinetd refuses to read
 * @param minute 0..1439, local time
 */
export function withinTimes(times: readonly TimeRange[], minute: number): boolean {
  return times.some(({ from, to }) => (from <= to ? minute >= from && minute <= to : minute >= from || minute <= to));
}
