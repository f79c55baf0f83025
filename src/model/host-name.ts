/**
 * What the name service says about an address, once it has been asked there and back: a name counts when it leads to
 * the address again (forward confirmation), since whoever owns an address may give it any name.
 *
 * A name is lower case, without a dot at its end, and nothing but letters, digits, hyphens, underscores and dots.
 */

export type HostName =
  | { readonly kind: 'known'; readonly name: string }
  /** The address has no name. */
  | { readonly kind: 'none' }
  /** It has one, and that leads elsewhere, or is no host name at all. */
  | { readonly kind: 'mismatch' }
  /** No answer within the time, or an error. */
  | { readonly kind: 'failed' };
