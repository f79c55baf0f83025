/** The vocabulary of kinetd as types. Imports nothing outside this folder. */
export * from './address.ts';
export * from './connection-variables.ts';
export type * from './decision.ts';
export type * from './host-name.ts';
export * from './launch.ts';
export type * from './record.ts';
export * from './service.ts';
