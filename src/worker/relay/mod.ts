/** What passes connections on to other hosts. */
export { relay } from './relay.ts';
