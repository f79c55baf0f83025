/**
 * What of a client's address is kept, for those who may not keep it (`address_privacy`): in the logs of services, in what
 * the daemon's own log says of clients, and in the state dump. Programs are told the whole of it, and so is who looks on
 * (`kinetd ps`, `kinetd tail`), of which nothing is kept.
 *
 * `network` leaves the block, 24 bits of IPv4 and 48 of IPv6. `hash` leaves that two lines are of one client, as long as
 * the daemon runs: the key is made when it starts, kept nowhere, and gone with it.
 */
import { formatIp, maskIp, parseIp } from '../address/mod.ts';
import type { AddressPrivacy, ServiceRecord } from '../model/mod.ts';

const prefixes = { inet: 24, inet6: 48 } as const;
/** Of a hash, in characters of base64url: 72 bits, so that a billion clients hardly ever share one. */
const hashLength = 12;

export function shownAddress(privacy: AddressPrivacy, address: string): string {
  // A client over a Unix socket is a user of this machine and has no address.
  const [, plain = '', scope = ''] = /^([^%]*)(%.*)?$/.exec(address) ?? [];
  const ip = privacy === 'full' ? undefined : parseIp(plain);
  if (ip === undefined) return address;
  if (privacy === 'hash') return `#${hashOf(address)}`;
  const prefix = prefixes[ip.family];
  return `${formatIp(maskIp(ip, prefix))}${scope}/${prefix}`;
}

/** The record as it may be kept. */
export function shownRecord(privacy: AddressPrivacy, record: ServiceRecord): ServiceRecord {
  if (privacy === 'full' || !('from' in record) || record.from === undefined) return record;
  return { ...record, from: shownAddress(privacy, record.from) };
}

let key: Uint8Array | undefined;

/** Node's own module for it takes milliseconds to load, which a daemon that needs none of it does not have to spend. */
function hashOf(text: string): string {
  key ??= crypto.getRandomValues(new Uint8Array(32));
  const { createHmac } = process.getBuiltinModule('node:crypto');
  return createHmac('sha256', key).update(text).digest('base64url').slice(0, hashLength);
}
