/** Definitions to a frozen ServiceTable, with what the system knows. */
export { executableOf, headBytes } from './executable.ts';
export * from './options.ts';
export * from './resolve.ts';
export type * from './system.ts';
export { decodeBytes } from './text.ts';
