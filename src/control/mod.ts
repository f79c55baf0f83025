/** The control socket, the daemon's side of it; client.ts and what it needs are for commands. */
export { defaultControlPath } from './place.ts';
export type * from './report.ts';
export { type Caller, type ControlAddress, ControlSocket } from './socket.ts';
export type { ControlRequest, EventFilter, KillSignal, LogLevel } from './words.ts';
