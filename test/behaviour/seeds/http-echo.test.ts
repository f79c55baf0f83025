/** The web server in a few lines of Python, seen by a real HTTP client. */
import { get, type IncomingMessage } from 'node:http';

import { expect, test } from 'vitest';

import { type Address, open, talk } from '../../daemon/client.ts';
import { startExamples } from '../../daemon/examples.ts';
import { python3 } from '../../daemon/programs.ts';

interface Answer {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly body: string;
}

async function ask({ host, port }: Address, path: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ host, port, path, headers, agent: false }, resolve).once('error', reject);
  });
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return { status: response.statusCode, type: response.headers['content-type'], body };
}

test.skipIf(python3 === undefined)('a browser is shown the request that it made', async () => {
  const examples = await startExamples();
  const answer = await ask(examples.address('http-echo'), '/some/page?a=1', { 'x-marked': '<b>bold</b>' });
  expect(answer.status).toBe(200);
  expect(answer.type).toMatch(/^text\/html/);
  expect(answer.body).toContain('GET /some/page?a=1 HTTP/1.1<br>');
  expect(answer.body).toContain('x-marked: &lt;b&gt;bold&lt;/b&gt;');
  expect(answer.body).toMatch(/^<html>.*<\/html>\n$/s);
});

test.skipIf(python3 === undefined)('eight at a time get each their own', async () => {
  const examples = await startExamples();
  const address = examples.address('http-echo');
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, number) => ask(address, `/page/${number}`, {}).then(({ body }) => body)),
  );
  for (const [number, body] of answers.entries()) expect(body).toContain(`GET /page/${number} HTTP/1.1`);
});

test.skipIf(python3 === undefined)('a request that comes in pieces is answered when it is whole', async () => {
  const examples = await startExamples();
  const client = await open(examples.address('http-echo'));
  for (const piece of ['GE', 'T / HT', 'TP/1.0\r\nHo', 'st: a\r\n', '\r\n']) {
    client.socket.setNoDelay(true);
    await new Promise((sent) => client.socket.write(piece, sent));
  }
  expect(await client.closed()).toMatch(/^HTTP\/1\.0 200 OK\r\n[\s\S]*GET \/ HTTP\/1\.0<br>Host: a/);
});

test.skipIf(python3 === undefined)('the log has the client, and nobody but this machine may ask', async () => {
  const examples = await startExamples();
  await talk(examples.address('http-echo'), { send: 'GET / HTTP/1.0\r\n\r\n' });
  await examples.daemon.says(/^START: http-echo pid=\d+ from=127\.0\.0\.1$/m);
  await examples.daemon.says(/^EXIT: http-echo status=0 pid=\d+ duration=\d+\(sec\)$/m);
  expect((await talk(examples.address('http-echo'), { from: '127.0.0.2' })).text).toBe('');
  await examples.daemon.says(/^FAIL: http-echo address from=127\.0\.0\.2$/m);
});
