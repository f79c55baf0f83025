/** What `kinetd check` finds besides what the readers tell. */
export { inspect } from './inspect.ts';
export type { BoundSocket, FileFacts, Files, Machine } from './machine.ts';
export { namesWithoutAddress } from './names.ts';
export { type Predecessor, predecessors } from './predecessor-rules.ts';
export { differences, silentLosses } from './predecessors.ts';
export { elfMachineOf } from './program.ts';
