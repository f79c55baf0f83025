/** inetd.conf in all its dialects: text to Definitions, and back. */
export * from './print.ts';
export * from './read.ts';
export { type Rules, rulesOf } from './rules.ts';
