/** Times for access_times that both daemons, whose clocks are set to UTC, read alike. */

/** An interval of an hour that the present moment is not in, nor the next minutes. */
export function elsewhen(): string {
  const hour = (new Date().getUTCHours() + 3) % 22;
  return `${hour}:00-${hour + 1}:00`;
}
