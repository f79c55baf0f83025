import { expect, test } from 'vitest';

import { remoteInfo } from '../../../src/launch/remote-info.ts';

test.each([
  ['UNIX : joe', 'joe'],
  ['UNIX, US-ASCII : joe  \r', 'joe'],
  ['OTHER :x:y', 'x:y'],
  ['UNIX : () { :; }', '(){:;}'],
])('%j names %s', (said, user) => expect(remoteInfo(said)).toBe(user));

test.each(['UNIX', '', 'UNIX :', 'UNIX :  \t', 'UNIX : a\0b', 'UNIX : j\xf6', 'UNIX : \x1b[2J', 'UNIX : a\nB=2'])(
  '%j names nobody',
  (said) => expect(remoteInfo(said)).toBeUndefined(),
);
