/** A socket that changes hands and does not take what its heir wants. */
import { existsSync } from 'node:fs';

import { expect, test } from 'vitest';

import { Listener } from '../../../src/listener/mod.ts';
import { openNull, SystemError } from '../../../src/os/mod.ts';
import { serviceOf } from '../daemon/service.ts';

test('a socket that does not take the new options is closed, so that its address can be bound again', () => {
  const service = serviceOf('a', { port: 0 });
  const [endpoint] = service.endpoints;
  if (endpoint === undefined) throw new Error('the service has an endpoint');
  const listener = new Listener(service, endpoint, { onConnections() {}, onPending() {}, onAcceptFailure() {} });
  const noSocket = openNull();
  expect(() => listener.adopt({ descriptor: noSocket, file: undefined, busy: undefined })).toThrow(SystemError);
  expect(existsSync(`/proc/self/fd/${noSocket}`)).toBe(false);
  listener.open();
  expect(listener.state).toBe('listening');
  listener.close();
});
