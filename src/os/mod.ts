/** The system as kinetd uses it, typed. The only folder that loads the add-on. */
export * from './connection.ts';
export * from './conversation.ts';
export * from './datagram.ts';
export * from './datagram-batch.ts';
export * from './descriptor.ts';
export * from './engine.ts';
export * from './errno.ts';
export * from './error.ts';
export * from './exits.ts';
export * from './file.ts';
export * from './file-stamp.ts';
export * from './forkserver-parts.ts';
export * from './inherited.ts';

export * from './launch.ts';
export * from './limits.ts';
export * from './names.ts';
export * from './output.ts';
export * from './privileged-file.ts';
export * from './pulse.ts';
export * from './sender.ts';
export * from './socket.ts';
export * from './socket-file.ts';
export { FileError } from './walk.ts';
export * from './watch.ts';
export * from './zone.ts';
