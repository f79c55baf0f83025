/**
 * The states of the fork server of one service, and what may happen in each, as a table. A pair that is not in the table
 * is a mistake in the daemon and ends it loudly.
 *
 * | state     | serves by fork | process(es)      | meaning                                                       |
 * |-----------|----------------|------------------|---------------------------------------------------------------|
 * | off       | no             | none             | nobody has come yet                                           |
 * | starting  | no             | the next         | its program is being loaded                                   |
 * | ready     | yes            | the current      |                                                               |
 * | replacing | yes            | current and next | what it is made of has changed, or a reload asks for a new one |
 * | stale     | yes            | the current      | the next could not be had; the old one goes on                |
 * | resting   | no             | none             | the last one has died or could not be had; tried again later  |
 * | closed    | no             | none             | for good                                                      |
 */

export type ForkserverState = 'off' | 'starting' | 'ready' | 'replacing' | 'stale' | 'resting' | 'closed';

export type ForkserverEvent =
  /** One is to be started: a first one, one more after a rest, or one to replace what runs. */
  | 'begin'
  /** The next is parked. */
  | 'parked'
  /** The next could not be started or parked, or not in time. */
  | 'lost-next'
  /** The current one has died, or was ended because it did what it must not. */
  | 'lost-current'
  | 'close';

const table: Readonly<Record<ForkserverState, Readonly<Partial<Record<ForkserverEvent, ForkserverState>>>>> = {
  off: { begin: 'starting', close: 'closed' },
  starting: { parked: 'ready', 'lost-next': 'resting', close: 'closed' },
  ready: { begin: 'replacing', 'lost-current': 'resting', close: 'closed' },
  replacing: { parked: 'ready', 'lost-next': 'stale', 'lost-current': 'starting', close: 'closed' },
  stale: { begin: 'replacing', 'lost-current': 'resting', close: 'closed' },
  resting: { begin: 'starting', close: 'closed' },
  closed: { close: 'closed' },
};

/** @throws Error for an event that the state does not allow */
export function nextForkserverState(state: ForkserverState, event: ForkserverEvent): ForkserverState {
  const next = table[state][event];
  if (next === undefined) throw new Error(`a fork server that is ${state} cannot take ${event}`);
  return next;
}
