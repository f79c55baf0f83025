/** What `kinetd check` finds besides what the readers tell. */
export { inspect } from './inspect.ts';
export type { BoundSocket, FileFacts, Machine } from './machine.ts';
export { differences, type Predecessor, predecessors } from './predecessors.ts';
export { elfMachineOf } from './program.ts';
