/** Findings about a configuration: what they are, and how they are shown. */
export * from './codes.ts';
export * from './diagnose.ts';
export type * from './diagnostic.ts';
export { visible } from './display.ts';
export * from './json.ts';
export * from './quote.ts';
export * from './render.ts';
export * from './suggest.ts';
