/** Configuration text and where it comes from. */
export * from './access.ts';
export * from './directory.ts';
export * from './file.ts';
export * from './read.ts';
export type * from './span.ts';
