/** What an ident server says, and one that says nothing. */
import { openSync } from 'node:fs';

import { expect, test } from 'vitest';

import { asDescriptor } from '../../../src/os/mod.ts';
import { identify, readAnswer } from '../../../src/worker/ident/mod.ts';
import { identObstacle, startIdentd } from '../../daemon/identd.ts';

test.each([
  ['6193, 23 : USERID : UNIX : joe', 'UNIX : joe'],
  ['6193,23:USERID:UNIX:joe', 'UNIX:joe'],
  ['  6193 ,\t23 : USERID :OTHER,UTF-8 : a : b', 'OTHER,UTF-8 : a : b'],
  ['6193, 23 : USERID : ', ''],
  ['6193, 23 : USERID : UNIX : a\nb', 'UNIX : a\nb'],
])('%j is the user %j', (line, user) => {
  expect(readAnswer(line, 6193, 23)).toEqual({ user });
});

test.each([
  '',
  'USERID',
  '6193, 23 : ERROR : NO-USER',
  '6193, 24 : USERID : UNIX : joe',
  '6194, 23 : USERID : UNIX : joe',
  '23, 6193 : USERID : UNIX : joe',
  '-6193, 23 : USERID : UNIX : joe',
  '6193, 23 : userid : UNIX : joe',
  '6193 23 : USERID : UNIX : joe',
])('%j is no answer', (line) => {
  expect(readAnswer(line, 6193, 23)).toEqual({ failure: 'bad response' });
});

test.skipIf(identObstacle() !== undefined)('a server that does not answer has its time', async () => {
  const { address, questions } = await startIdentd(() => undefined);
  const answer = await new Promise((resolve) => {
    identify(
      {
        kind: 'ident',
        client: { address, port: 6193 },
        local: { address: '127.0.0.1', port: 23 },
        milliseconds: 200,
      },
      asDescriptor(openSync('/dev/null', 'r')),
      resolve,
    );
  });
  expect(answer).toEqual({ failure: 'timeout' });
  expect(questions).toEqual(['6193,23\r\n']);
});
