/** Configuration: from files to the ServiceTable. What daemon/ and cli/ use. */
export * from './definition.ts';
export * from './describe.ts';
export * from './diagnostic/mod.ts';
export * from './load.ts';
export type { DeviceState, ExecutableFile, ProgramState, ResolveOptions, System, User } from './resolve/mod.ts';
export { decodeBytes, headBytes } from './resolve/mod.ts';
export { type FileAccess, isDiagnostic, locate, systemFiles } from './source/mod.ts';
export type * from './table.ts';
