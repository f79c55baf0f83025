/**
 * The times that stand in front of lines: xinetd's `YY/M/D@HH:MM:SS` (year padded, month and day not, local
 * time) and syslog's `Mmm dd hh:mm:ss` (RFC 3164 §4.1.2). Both change once a second and are made once a second.
 */

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

const two = (n: number): string => (n < 10 ? `0${n}` : `${n}`);

const clock = (time: Date): string => `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;

/** `26/11/20@10:01:34` */
export function xinetdTime(time: Date): string {
  return `${two(time.getFullYear() % 100)}/${time.getMonth() + 1}/${time.getDate()}@${clock(time)}`;
}

/** `Nov 20 10:01:34`; a day below ten is padded with a blank. */
export function syslogTime(time: Date): string {
  return `${months[time.getMonth()]} ${String(time.getDate()).padStart(2)} ${clock(time)}`;
}

/** `format` of the given time, made anew only when the second has changed. */
export function oncePerSecond(format: (time: Date) => string): (milliseconds: number) => string {
  let second = Number.NaN;
  let text = '';
  return (milliseconds) => {
    const now = Math.floor(milliseconds / 1000);
    if (now !== second) {
      second = now;
      text = format(new Date(milliseconds));
    }
    return text;
  };
}
