/** Flags and attributes that need more than kinetd works with, or less than xinetd does for them. */
import { expect } from 'vitest';

import { entry, loggingDefaults } from './entry.ts';
import { difference, same, sharedPair } from './pair.ts';
import type { Needs } from './programs.ts';

const needs: Needs = { personality: 'xinetd' };

const pair = sharedPair(needs, () => ({
  personality: 'xinetd',
  files: {
    'xinetd.conf': [
      loggingDefaults,
      entry('intercept', { flags: 'INTERCEPT' }),
      entry('labeled', { flags: 'LABELED' }),
      entry('announced', { mdns: 'yes' }),
      entry('silent', { mdns: 'no' }),
    ].join('\n'),
  },
}));

same(needs, 'INTERCEPT of a service that does not wait does nothing but a message', async () => {
  const { debian, kinetd } = await pair.both((side) => side.fares('intercept'));
  expect({ debian, kinetd }).toEqual({ debian: 'served', kinetd: 'served' });
  await pair.both((side) => side.says(side.name === 'Debian' ? /cannot be intercepted: intercept/ : /INTERCEPT/));
});

difference(needs, 'LABELED is refused when it is read, since there is no SELinux', async () => {
  const { debian, kinetd } = await pair.both((side) => side.fares('labeled'));
  expect({ debian, kinetd }).toEqual({ debian: 'closed', kinetd: 'no port' });
});

difference(needs, 'mdns is known: no is accepted, yes is refused since nobody would announce the service', async () => {
  const announced = await pair.both((side) => side.fares('announced'));
  expect(announced).toEqual({ debian: 'served', kinetd: 'no port' });
  const silent = await pair.both((side) => side.fares('silent'));
  expect(silent).toEqual({ debian: 'served', kinetd: 'served' });
});
