/**
 * The states of a listener and what may happen in each, as a table. A pair that is not in the table is a mistake
 * in the daemon and ends it loudly; nothing is guessed.
 *
 * | state     | socket | watched | meaning                                                             |
 * |-----------|--------|---------|---------------------------------------------------------------------|
 * | down      | no     | no      | not bound: never was, or bind failed and waits for its next attempt |
 * | listening | yes    | yes     | clients are served                                                  |
 * | busy      | yes    | no      | a `wait` server has the socket; nobody here touches it              |
 * | held      | yes    | no      | clients queue: out of descriptors, or too many starts a minute      |
 * | paused    | no     | no      | `cps` has closed the port for a while                               |
 * | closed    | no     | no      | gone for good                                                       |
 */

export const listenerStates = ['down', 'listening', 'busy', 'held', 'paused', 'closed'] as const;
export type ListenerState = (typeof listenerStates)[number];

export type ListenerEvent =
  /** Bound and listening. */
  | 'open'
  /** The socket was handed to a `wait` server. */
  | 'hand-over'
  /** That server has ended. */
  | 'return'
  /** Stop watching for a while, keep the socket. */
  | 'hold'
  /** Watch again. */
  | 'resume'
  /** Close the port for a while. */
  | 'pause'
  /** Close for good, or give the socket away to the next configuration. */
  | 'close';

const table: Readonly<Record<ListenerState, Readonly<Partial<Record<ListenerEvent, ListenerState>>>>> = {
  down: { open: 'listening', close: 'closed' },
  listening: { 'hand-over': 'busy', hold: 'held', pause: 'paused', close: 'closed' },
  busy: { return: 'listening', close: 'closed' },
  held: { resume: 'listening', pause: 'paused', close: 'closed' },
  paused: { open: 'listening', close: 'closed' },
  closed: { close: 'closed' },
};

/** @throws Error for an event that the state does not allow */
export function nextState(state: ListenerState, event: ListenerEvent): ListenerState {
  const next = table[state][event];
  if (next === undefined) throw new Error(`a listener that is ${state} cannot ${event}`);
  return next;
}
