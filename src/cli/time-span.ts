/** Spans of time as people write and read them. */

const units: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** `90`, `90s`, `15m`, `2h`, `1d`, `2w`, in seconds; undefined for anything else. */
export function spanSeconds(text: string): number | undefined {
  const [, digits = '', unit = ''] = /^(\d{1,9})([smhdw]?)$/.exec(text) ?? [];
  const seconds = Number(digits) * (units[unit] ?? Number.NaN);
  return seconds > 0 && seconds <= 315_576_000 ? seconds : undefined;
}

/** `12s`, `5m03s`, `2h05m`, `3d04h`: the two largest units. */
export function spanText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (number: number): string => String(number).padStart(2, '0');
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${two(whole % 60)}s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)}h${two(Math.floor((whole % 3600) / 60))}m`;
  return `${Math.floor(whole / 86_400)}d${two(Math.floor((whole % 86_400) / 3600))}h`;
}
