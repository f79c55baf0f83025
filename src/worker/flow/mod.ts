/** Bytes from one socket to another, for what the worker serves. */
export { flow, passing, socketOf } from './flow.ts';
