/** The services in PHP: hello, hello NAME, and the health check that a load balancer asks. */
import { get, type IncomingMessage } from 'node:http';

import { expect, test } from 'vitest';

import { open, talk } from '../../daemon/client.ts';
import { havePhp, startExamples } from '../../daemon/examples.ts';

test.runIf(havePhp)('hello says HELLO to whoever calls', async () => {
  const examples = await startExamples();
  expect((await talk(examples.address('hello'), { halfClose: false })).text).toBe('HELLO\n');
});

test.runIf(havePhp)('hello-name greets whom it is told, with either end of line', async () => {
  const examples = await startExamples();
  for (const end of ['\n', '\r\n']) {
    const client = await open(examples.address('hello-name'));
    client.write(`Ada Lovelace${end}`);
    expect(await client.closed()).toBe('hello Ada Lovelace\n');
  }
});

test.runIf(havePhp)('the health check answers an HTTP client with 200', async () => {
  const examples = await startExamples();
  const { host, port } = examples.address('health');
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ host, port, path: '/', agent: false }, resolve).once('error', reject);
  });
  let body = '';
  for await (const chunk of response) body += String(chunk);
  expect(response.statusCode).toBe(200);
  expect(body).toBe('healthy\n');
});
