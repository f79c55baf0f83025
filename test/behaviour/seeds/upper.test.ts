/** The service that answers a datagram in upper case through recvfrom() and sendto() on descriptor 0. */
import { expect, test } from 'vitest';

import { UdpClient } from '../../daemon/client.ts';
import { startExamples } from '../../daemon/examples.ts';
import { python3 } from '../../daemon/programs.ts';

test.skipIf(python3 === undefined)('a datagram comes back in upper case', async () => {
  const examples = await startExamples();
  const client = new UdpClient();
  await client.send(examples.address('upper'), 'Mixed case');
  expect(await client.answer()).toBe('MIXED CASE');
});

test.skipIf(python3 === undefined)('each of several clients gets its own answer', async () => {
  const examples = await startExamples();
  const clients = Array.from({ length: 5 }, () => new UdpClient());
  await Promise.all(clients.map((client, number) => client.send(examples.address('upper'), `client ${number}`)));
  for (const [number, client] of clients.entries()) expect(await client.answer()).toBe(`CLIENT ${number}`);
});
