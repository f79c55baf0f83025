/** Asks ident servers (RFC 1413) whose a connection is. */
export { identify, readAnswer } from './ident.ts';
