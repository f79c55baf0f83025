/** IP addresses and blocks of them. Pure. */
export * from './ip.ts';
export * from './prefix.ts';
export * from './prefix-set.ts';
