/** Where a service listens, or was to listen, for messages: `[::1]:80`, `/run/echo`. */
import type { Endpoint } from '../model/mod.ts';

export function placeOf({ family, address, port }: Endpoint): string {
  if (family === 'unix') return address;
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}
