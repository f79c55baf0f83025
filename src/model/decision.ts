/**
 * What admission says about a connection, and why. The reasons are the words of xinetd's FAIL lines, which
 * administrators' scripts look for.
 */

export type FailReason =
  | 'address'
  | 'time'
  | 'load'
  | 'fork'
  | 'exec'
  | 'service_limit'
  | 'per_source_limit'
  | 'process_limit'
  | 'connections per second';

export type Decision = { readonly verdict: 'allow' } | { readonly verdict: 'deny'; readonly reason: FailReason };
