/** The internal services. */
export { Datagrams } from './datagram.ts';
export { answerStream } from './stream.ts';
