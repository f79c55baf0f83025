/** The internal services. */
export { answerStream } from './stream.ts';
