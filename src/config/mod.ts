/** Configuration: from files to the ServiceTable. What daemon/ and cli/ use. */
export * from './command-line.ts';
export * from './definition.ts';
export * from './describe.ts';
export * from './diagnostic/mod.ts';
export { printInetd, type Rules, readInetd, rulesOf } from './inetd/mod.ts';
export * from './load.ts';
export { Recollection } from './recollection.ts';
export type { DeviceState, ExecutableFile, ProgramState, ResolveOptions, System, User } from './resolve/mod.ts';
export { decodeBytes, executableOf, headBytes } from './resolve/mod.ts';
export { settingRows } from './setting-rows.ts';
export {
  type FileAccess,
  isDiagnostic,
  locate,
  type SourceFile,
  type Span,
  sourceFile,
  systemFiles,
} from './source/mod.ts';
export type * from './table.ts';
export {
  type Assignment,
  attributeNamed,
  attributeNames,
  attributes,
  isXinetdAttribute,
  parseXinetd,
  printTree,
  quoted,
  type ServiceEntry,
  takesList,
  wordsOf,
} from './xinetd/mod.ts';
