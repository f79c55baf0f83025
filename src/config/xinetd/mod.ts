/** xinetd.conf: text to Definitions. */
export * from './reading.ts';
