/** The local time zone in the C library's words, which are shorter than JavaScript's: `CET`, not `GMT+1`. */
import { native } from './native.ts';

/** As strftime(3) writes it for `%Z`. */
export function zoneName(moment: Date): string {
  return native.zoneName(moment.getTime() / 1000);
}
