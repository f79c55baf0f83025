/** A socket that is kept takes the length of the queue that its new text asks for. */
import { once } from 'node:events';
import { connect } from 'node:net';

import { expect, onTestFinished, test } from 'vitest';

import { Listener } from '../../../src/listener/mod.ts';
import { serviceOf } from '../daemon/service.ts';

test('a longer queue holds more clients at once', async () => {
  const service = serviceOf('a', { port: 0 });
  const [endpoint] = service.endpoints;
  if (endpoint === undefined) throw new Error('the service has an endpoint');
  const withBacklog = (backlog: number): typeof service => ({ ...service, socket: { ...service.socket, backlog } });
  const listener = new Listener(withBacklog(0), endpoint, { onConnections() {}, onPending() {}, onAcceptFailure() {} });
  listener.open();
  onTestFinished(() => listener.close());
  listener.hold();
  listener.update(withBacklog(16));
  // The kernel lets one client more than the length into a queue, and drops what later ones send.
  const clients = Array.from({ length: 8 }, () => connect(listener.local?.port ?? 0, '127.0.0.1'));
  onTestFinished(() => {
    for (const client of clients) client.destroy();
  });
  await Promise.all(clients.map((client) => once(client, 'connect')));
  expect(clients.every(({ readyState }) => readyState === 'open')).toBe(true);
});
