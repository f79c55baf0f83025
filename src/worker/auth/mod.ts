/** An ident server for connections of this machine. */
export { answerAuth } from './auth.ts';
