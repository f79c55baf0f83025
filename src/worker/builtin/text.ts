/**
 * What daytime and time answer (RFC 867, RFC 868): daytime in xinetd's form, which is not one of the RFC's examples,
 * in the machine's own time zone.
 */

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'] as const;

/** Seconds from 1900, where RFC 868 begins to count, to 1970. */
const secondsBeforeEpoch = 2_208_988_800;

/** `20 NOV 2026 09:47:30 UTC` with CRLF after it. */
export function daytime(now: Date, zone: string): Buffer {
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${two(now.getDate())} ${months[now.getMonth()] ?? ''} ${now.getFullYear()}`;
  const time = `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`;
  return Buffer.from(`${date} ${time} ${zone}\r\n`);
}

/** Four bytes, most significant first; they run over in 2036. */
export function time(now: Date): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE((Math.floor(now.getTime() / 1000) + secondsBeforeEpoch) % 2 ** 32);
  return bytes;
}
