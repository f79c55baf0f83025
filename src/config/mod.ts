/** Configuration: from files to the ServiceTable. What daemon/ and cli/ use. */
export type * from './definition.ts';
export * from './describe.ts';
export * from './diagnostic/mod.ts';
export * from './load.ts';
export { defaultOptions, type ProgramState, type ResolveOptions, type System, type User } from './resolve/mod.ts';
export { type FileAccess, locate, type Position, type Span, systemFiles } from './source/mod.ts';
export type * from './table.ts';
