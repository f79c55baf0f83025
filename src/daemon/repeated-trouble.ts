/** Trouble that comes again and again is told once a minute: xinetd's time for refused datagrams. */

const repeatedTroubleSeconds = 60;

/**
 * Whether something has just been said; a clock that was set back since then does not keep it quiet for longer.
 * @param said milliseconds, as `now`
 */
export function isRecent(said: number, now: number): boolean {
  return Math.abs(now - said) < repeatedTroubleSeconds * 1000;
}
