/** The machine's directory of RPC programs. */
export type { Mapping } from './message.ts';
export { Portmapper } from './portmapper.ts';
