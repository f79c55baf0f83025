import { expect, test } from 'vitest';

import { type ListenerState, listenerStates } from '../../../src/listener/mod.ts';
import { type ListenerEvent, nextState } from '../../../src/listener/state.ts';

const events: readonly ListenerEvent[] = ['open', 'hand-over', 'return', 'hold', 'resume', 'pause', 'close'];

const expected: Readonly<Record<ListenerState, string>> = {
  down: 'open→listening close→closed',
  listening: 'hand-over→busy hold→held pause→paused close→closed',
  busy: 'return→listening close→closed',
  held: 'resume→listening pause→paused close→closed',
  paused: 'open→listening close→closed',
  closed: 'close→closed',
};

test.each(listenerStates)('a listener that is %s does what the table says and refuses the rest', (state) => {
  const does: string[] = [];
  for (const event of events) {
    try {
      does.push(`${event}→${nextState(state, event)}`);
    } catch (error) {
      expect(error).toEqual(new Error(`a listener that is ${state} cannot ${event}`));
    }
  }
  expect(does.join(' ')).toBe(expected[state]);
});
