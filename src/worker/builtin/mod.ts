/** The internal services. */
export { Datagrams } from './datagram.ts';
export { answerStream, sayText } from './stream.ts';
export { Tcpmux } from './tcpmux.ts';
