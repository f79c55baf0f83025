/** The service that answers in lower case: a program that reads standard input and writes standard output. */
import { expect, test } from 'vitest';

import { open, talk } from '../../daemon/client.ts';
import { startExamples } from '../../daemon/examples.ts';
import { python3 } from '../../daemon/programs.ts';

test.skipIf(python3 === undefined)('each line is answered as it comes', async () => {
  const examples = await startExamples();
  const client = await open(examples.address('lower'));
  client.write('Mixed CASE\n');
  expect(await client.receive(/\n/)).toBe('mixed case\n');
  client.write('ANOTHER LINE\n');
  expect(await client.receive(/\n.*\n/)).toBe('mixed case\nanother line\n');
});

test.skipIf(python3 === undefined)('a long text comes back whole', async () => {
  const examples = await startExamples();
  const text = Array.from({ length: 5000 }, (_, number) => `LINE Number ${number}\n`).join('');
  expect((await talk(examples.address('lower'), { send: text })).text).toBe(text.toLowerCase());
});
