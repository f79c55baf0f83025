/** What the machine cannot say about a name costs the service that has it, never the daemon. */
import { expect, test } from 'vitest';

import { realSystem } from '../../../src/daemon/mod.ts';
import { resourceLimit, setResourceLimit } from '../../../src/os/mod.ts';

test.each([
  ['longer than any', 'x'.repeat(100_000)],
  ['with a NUL character', 'root\0x'],
])('a name %s is unknown', (_, name) => {
  const system = realSystem();
  expect(system.user(name)).toBeUndefined();
  expect(system.group(name)).toBeUndefined();
  expect(system.protocol(name)).toBeUndefined();
  expect(system.service(name, 'tcp')).toBeUndefined();
  expect(system.service('http', name)).toBeUndefined();
});

test('a name that cannot be looked up for want of descriptors is unknown', () => {
  const system = realSystem();
  const before = resourceLimit('nofile');
  setResourceLimit('nofile', { soft: 0, hard: before.hard });
  try {
    expect(system.user('nosuchuser')).toBeUndefined();
    expect(system.userById(4_000_000)).toBeUndefined();
    expect(system.group('nosuchgroup')).toBeUndefined();
    expect(system.protocol('nosuchprotocol')).toBeUndefined();
    expect(system.service('nosuchservice', 'tcp')).toBeUndefined();
  } finally {
    setResourceLimit('nofile', before);
  }
});
