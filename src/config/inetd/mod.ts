/** inetd.conf in all its dialects: text to Definitions, and back. */
export * from './print.ts';
export * from './read.ts';
export { rulesOf } from './rules.ts';
