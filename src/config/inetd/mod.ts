/** inetd.conf: text to Definitions, and back. */
export * from './print.ts';
export * from './read.ts';
