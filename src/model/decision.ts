/**
 * What admission says about a connection, and why. The reasons are the words of xinetd's FAIL lines, which
 * administrators' scripts look for.
 */

import type { SyslogLevel } from './service.ts';

/** Kinetd's own: which of the three rates a client is over. */
export type RateReason = 'rate_limit' | 'rate_limit_source' | 'rate_limit_network';

export type FailReason =
  | 'address'
  /** Of kinetd alone: an administrator has banned the address. */
  | 'banned'
  | 'libwrap'
  | 'time'
  | 'load'
  | 'fork'
  | 'exec'
  | 'service_limit'
  | 'per_source_limit'
  | 'process_limit'
  | 'connections per second'
  | RateReason
  /** Of kinetd alone: waited in vain. */
  | 'queue';

export type Decision =
  | {
      readonly verdict: 'allow';
      /** What the client is sent first, by hosts.allow or hosts.deny. */
      readonly banner?: Uint8Array | undefined;
    }
  | {
      readonly verdict: 'deny';
      readonly reason: FailReason;
      /** How grave hosts.allow or hosts.deny finds that; undefined: as usual. */
      readonly severity?: SyslogLevel | undefined;
      /** It has touched a sensor, and is to be refused by every service for so long. */
      readonly denyMinutes?: number | 'FOREVER' | undefined;
      /** What the client is sent, by hosts.allow or hosts.deny. */
      readonly banner?: Uint8Array | undefined;
    }
  /** The name of this address has to be known first; `reason` is for a client who cannot be kept waiting for that. */
  | { readonly verdict: 'ask'; readonly address: string; readonly reason: FailReason };
